"""What a web page has around its document: how sites name it, and the lines with which their pages end. Data only."""

from __future__ import annotations

import re

SILENT = frozenset(
    [*("script", "style", "noscript", "template", "link", "meta", "svg", "select", "button", "iframe", "textarea")]
)
"""Elements that never hold a part of a document."""
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
"""Elements that hold no part of a document, or next to none: a form may be around the whole page."""
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
        "mbx",
        "bread",
        "bshare",
        "jiathis",
        "social",
        "fontsize",
        "zihao",
        "toolbox",
        "operate",
    ]
)
"""Words of a class or id (Top_Nav is top and nav) that name furniture."""
NAMES = re.compile(
    r"(?:cur|current|now|page|local|your)?[-_]?(?:position|location|place|path|pos|wz|lmwz|crumb)", re.IGNORECASE
)
"""Whole classes or ids that name the path 首页 > 政务公开; parts of others are mere styling (position-relative)."""
ROLES = frozenset(["navigation", "banner", "contentinfo", "search", "complementary", "menu", "menubar", "toolbar"])
HEADS = frozenset(["header", "head"])
DOCUMENT = frozenset(["article", "content", "detail", "doc", "document", "text", "main", "news", "title", "zoom"])
"""With one of these words a head is the document's own (article-header)."""
_TOOL = (
    r"[【\[（(]?(?:打印|关闭|收藏|返回|分享|复制|朗读|纠错|下载|保护视力色)"
    r"(?:本|此|该)?(?:页|页面|文|文章|窗口|顶部|首页|链接)?[】\])）]?"
)
LINES = re.compile(
    r"扫一扫.{0,40}|用?(?:微信|手机)扫.{0,40}|版权所有.{0,80}|.{0,30}版权所有|(?:主办|承办|主办单位|技术支持)[:：].{0,80}"
    rf"|{_TOOL}|[【\[（(]?(?:字体|字号)(?:大小)?[:：].{{0,20}}|分享(?:到|至)[:：]?.{{0,40}}"
    r"|网站(?:地图|标识码|声明).{0,60}|政府网站标识码.{0,40}|.{0,12}ICP备.{0,60}|.{0,12}公网安备.{0,60}"
    r"|(?:上|下)一[篇条][:：].{0,80}|相关(?:链接|文章|阅读|稿件)[:：]?|责任编辑[:：].{0,20}"
    r"|(?:浏览|点击|阅读|访问)(?:次数|量|数)[:：].{0,12}"
)
"""A whole line at a page's end that is the site's; several of them in one line are parted by blanks or bars."""
_SIZES = r"[【\[（(]?(?:特大|超大|大|中|小|默认|A[+-]?|T)[】\])）]?"
_TOLD = (
    r"(?:信息)?来源|作者|编辑|责任编辑|审核|(?:发布|更新|发文|成文|生成|公开)(?:时间|日期)|时间|日期"
    r"|(?:浏览|点击|阅读|访问)(?:次数|量|数)|字体(?:大小)?|字号|分享(?:到|至)?|索引号|(?:主题|体裁|信息)?分类"
    r"|公开(?:方式|形式|属性|范围|类型)|主题词|关键词|(?:发文|发布|制发)(?:机关|机构|单位)|信息名称"
)
HEADS_LINE = re.compile(
    rf"(?>(?:(?:{_TOLD})[:：][ \t\u3000]*(?:[^\s:：|｜]{{0,40}}(?:[ \t]+\d{{1,2}}:\d\d(?::\d\d)?)?)"
    rf"|{_TOOL}|{_SIZES}|微信|微博|新浪微博|QQ(?:空间|好友)?|\d{{1,2}}:\d\d(?::\d\d)?|[\[【（(\]】）)]|次)[\s|｜/]*)++"
)
"""A whole line above a document that is the site's: where it comes from, how often it was read, the size of type."""
CRUMBS = re.compile(
    r"(?:(?:您|你)?(?:当前|现在|目前)(?:所在|所处)?的?|(?:您|你)(?:所在|所处)?的?)(?:位置|栏目)(?:是|为)?[^。；]{0,100}"
    r"|(?:所在)?(?:位置|栏目)\s*[:：][^。；>＞›»→]{0,40}[>＞›»→][^。；]{0,80}"
    r"|(?:网站|本站)?(?:首\s?页|主页|Home)\s*+(?:[>＞›»→/\\|-]++\s*+[^>＞›»→/\\|。，-]{1,30}+){1,8}[>＞›»→]*"
)
"""The path 首页 > 政务公开 > 规范性文件, as a whole line or element."""
