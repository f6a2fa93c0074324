"""What a web page has around its document: how sites name it, and the lines with which their pages end. Data only."""

from __future__ import annotations

import re

TAGS = frozenset(
    [
        "script",
        "style",
        "noscript",
        "nav",
        "footer",
        "header",
        "aside",
        "form",
        "button",
        "iframe",
        "svg",
        "select",
        "template",
        "link",
        "meta",
    ]
)
"""Elements that hold no part of a document."""
WORDS = frozenset(
    [
        "nav",
        "navi",
        "navbar",
        "navigation",
        "menu",
        "menus",
        "submenu",
        "breadcrumb",
        "breadcrumbs",
        "crumb",
        "crumbs",
        "header",
        "head",
        "footer",
        "foot",
        "banner",
        "share",
        "sharebox",
        "bdsharebuttonbox",
        "print",
        "printer",
        "copyright",
        "qrcode",
        "qr",
        "ewm",
        "erweima",
        "sidebar",
        "aside",
        "related",
        "relate",
        "recommend",
        "toolbar",
        "tools",
        "search",
        "searchbox",
        "login",
        "pagination",
        "pager",
        "daohang",
        "weizhi",
        "dqwz",
    ]
)
"""Words of a class or id (Top_Nav is top and nav) that name furniture."""
NAMES = re.compile(r"(?:cur|current|now|page|local|your)?[-_]?(?:position|location|place|path)", re.IGNORECASE)
"""Whole classes or ids that name the path 首页 > 政务公开; parts of others are mere styling (position-relative)."""
ROLES = frozenset(["navigation", "banner", "contentinfo", "search", "complementary", "menu", "menubar", "toolbar"])
HEADS = frozenset(["header", "head"])
DOCUMENT = frozenset(["article", "content", "detail", "doc", "document", "text", "main", "news", "title", "zoom"])
"""With one of these words a head is the document's own (article-header)."""
LINES = re.compile(
    r"扫一扫.{0,40}|用?(?:微信|手机)扫.{0,40}|版权所有.{0,80}|.{0,30}版权所有|(?:主办|承办|主办单位|技术支持)[:：].{0,80}"
    r"|[【\[（(]?(?:打印|关闭|收藏|返回|分享|复制)(?:本|此|该)?(?:页|页面|文|文章|窗口|顶部|首页|链接)?[】\])）]?"
    r"|[【\[（(]?字体(?:大小)?[:：].{0,20}|分享(?:到|至)[:：]?.{0,40}|网站(?:地图|标识码|声明).{0,60}|政府网站标识码.{0,40}"
    r"|.{0,12}ICP备.{0,60}|.{0,12}公网安备.{0,60}|(?:上|下)一[篇条][:：].{0,80}|相关(?:链接|文章|阅读|稿件)[:：]?|责任编辑[:：].{0,20}"
)
"""A whole line at a page's end that is the site's; several of them in one line are parted by blanks or bars."""
