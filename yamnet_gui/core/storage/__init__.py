"""Recordings that lie in storage: object stores, servers of files and of web pages.

`address` has the notation, `files` opens and stats whatever a path names, `listing` what lies below
an address, `blocks` the cache on this disk. The rest is behind these.
"""
