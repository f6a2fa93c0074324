"""Why the system would not read or write, in Chinese: what it says itself is English, and differs between systems."""

from __future__ import annotations

import errno

_REASONS = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "磁盘是只读的",
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "用完了给您的磁盘空间",
    errno.EISDIR: "是文件夹，不是文件",
    errno.ENOTDIR: "路径里有一段不是文件夹",
    errno.EEXIST: "已经有了",
    errno.ENOTEMPTY: "文件夹不是空的",
    errno.ENAMETOOLONG: "名字太长",
    errno.EMFILE: "打开的文件太多",
    errno.EIO: "磁盘出错",
    errno.ETXTBSY: "正被别的程序用着",
    errno.EBUSY: "正被别的程序用着",
}


def why(error: OSError) -> str:
    """The reason alone, without the file.

    >>> why(PermissionError(13, "Permission denied"))
    '没有权限'
    """
    return _REASONS.get(error.errno or 0) or error.strerror or str(error) or type(error).__name__


def which(error: OSError) -> str:
    """The file, where it is known, and the reason: /data/x.zip：没有权限."""
    name = error.filename2 or error.filename
    return f"{name}：{why(error)}" if name else why(error)
