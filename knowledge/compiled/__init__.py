"""The base made ready to answer, and kept ready on disk.

Reading the YAML, cutting thousands of phrasings and learning the weights takes some seconds; a start from the stored
form takes a fraction of one. The stored form is keyed by the content of every file that it was made from, so it can't
be stale; it is plain JSON and arrays (never pickle: loading it can't run code) in a folder of the user's own. What a
start doesn't need stays there until somebody asks for it.
"""

from knowledge import ROOT
from knowledge.compiled.cache import (
    ARRAYS,
    FORM,
    KEEP,
    compiler,
    fingerprint,
    load,
    revive,
    sources,
    store,
)
from knowledge.compiled.compiling import compile_base, make
from knowledge.compiled.opening import ready
from knowledge.compiled.readybase import Ready
from knowledge.files.cachefolders import BESIDE, CACHE_VARIABLE, cache_folders

__all__ = [
    "ARRAYS",
    "BESIDE",
    "CACHE_VARIABLE",
    "FORM",
    "KEEP",
    "ROOT",
    "Ready",
    "cache_folders",
    "compile_base",
    "compiler",
    "fingerprint",
    "load",
    "make",
    "ready",
    "revive",
    "sources",
    "store",
]
