"""Recordings that lie in storage: object stores, servers of files and of web pages.

`address` has the notation, `statuses` says what is there, `files` opens it, `blocks` is the cache
on this disk, `stores` finds the storage that an address leads to.
"""
