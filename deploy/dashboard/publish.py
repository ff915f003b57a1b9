#!/usr/bin/env python3
"""Lays the dashboard out for nginx: Web/ with content hashes in its files' names, and compressed.

    deploy/dashboard/publish.py [FOLDER]        FOLDER is .build/dashboard if it is not given

A file `lib/router.js` becomes `assets/lib/router.HASH.js`, and whoever loads it asks for that name, so it may be kept for
ever. Only index.html keeps its name. It is given the names of all modules that its first views need, so that they are loaded
side by side. Beside each text is its `.gz`, for nginx's gzip_static.
"""

import gzip
import hashlib
import os
import pathlib
import posixpath
import re
import shutil
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "Web"
TEXTS = {".html", ".js", ".css", ".svg", ".json", ".webmanifest"}

# Where a file names another one: the text around the name, and the name, which is relative.
STATIC_IMPORT = re.compile(r"""(^(?:import|export)\b[^'"`;]*?['"])(\.{1,2}/[^'"]+)(?=['"])""", re.MULTILINE)
DYNAMIC_IMPORT = re.compile(r"""(\bimport\(\s*['"])(\.{1,2}/[^'"]+)(?=['"])""")
STYLE_ADDRESS = re.compile(r"""(\burl\(\s*['"]?)(\.{1,2}/[^'")]+)""")
PAGE_ADDRESS = re.compile(r"""(\b(?:href|src)=")(\./[^"]+)""")
MAIN_MODULE = r'type="module" src="\./([^"]+)"'
LIST_MODULE = r'data-list="\./([^"]+)"'
REFERENCES = {".js": (STATIC_IMPORT, DYNAMIC_IMPORT), ".css": (STYLE_ADDRESS,), ".html": (PAGE_ADDRESS,)}


class Publication:
    """The files as they are to be served, each made once."""

    def __init__(self, source):
        self.source = source
        self.contents = {}  # path below the folder: bytes
        self.names = {}  # path below Web: address
        self.imports = {}  # path below Web of a module: those of the modules that it needs at once
        self.under_way = []

    def publish(self):
        page = self._with_one_style(self._rewritten("index.html"))
        source = (self.source / "index.html").read_text("utf-8")
        first, then = (self._needed_by(re.search(pattern, source)[1]) for pattern in (MAIN_MODULE, LIST_MODULE))
        preloads = "".join(f'<link rel="modulepreload" href="{self.names[path]}">\n' for path in first[1:])
        page = re.sub(LIST_MODULE, f'data-list="{" ".join(self.names[path] for path in then if path not in first)}"', page)
        self.contents["index.html"] = page.replace("</head>", preloads + "</head>").encode()
        return self.contents

    def address(self, path):
        """The address of a file, which is published with all that it names."""
        if path in self.names:
            return self.names[path]
        if path in self.under_way:
            raise SystemExit("publish.py: a circle of imports: " + " → ".join(self.under_way + [path]))
        self.under_way.append(path)
        content = self._rewritten(path).encode() if pathlib.Path(path).suffix in TEXTS else (self.source / path).read_bytes()
        self.under_way.pop()
        stem, suffix = posixpath.splitext(path)
        name = f"assets/{stem}.{hashlib.sha256(content).hexdigest()[:12]}{suffix}"
        self.contents[name] = content
        self.names[path] = "/" + name
        return self.names[path]

    def _rewritten(self, path):
        file = self.source / path
        if not file.is_file():
            raise SystemExit(f"publish.py: {' → '.join(self.under_way)} names {path}, which is not there")
        text = file.read_text("utf-8")
        at_once = self.imports.setdefault(path, [])

        def replaced(match):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), match[2]))
            if match.re is STATIC_IMPORT:
                at_once.append(target)
            return match[1] + self.address(target)

        for pattern in REFERENCES.get(file.suffix, ()):
            text = pattern.sub(replaced, text)
        return text

    def _with_one_style(self, page):
        """The page's style sheets, which are all needed before it is drawn, as one."""
        links = re.findall(r'<link rel="stylesheet" href="/([^"]+)">\n', page)
        content = b"".join(self.contents.pop(name) for name in links)
        name = f"assets/styles.{hashlib.sha256(content).hexdigest()[:12]}.css"
        self.contents[name] = content
        for number, link in enumerate(links):
            one = f'<link rel="stylesheet" href="/{name}">\n' if number == 0 else ""
            page = page.replace(f'<link rel="stylesheet" href="/{link}">\n', one)
        return page

    def _needed_by(self, module):
        """The module and all that it imports, what is asked for first at the front."""
        found, waiting = [], [module]
        while waiting:
            path = waiting.pop(0)
            if path not in found:
                found.append(path)
                waiting += self.imports[path]
        return found


def write(contents, folder):
    """Replaces the folder: at no moment is half of it there."""
    new = folder.with_name(folder.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    for name, content in contents.items():
        file = new / name
        file.parent.mkdir(parents=True, exist_ok=True)
        # nginx makes the ETag of time and size: a time that follows from the content is the same on every machine.
        time = 1_500_000_000 + int.from_bytes(hashlib.sha256(content).digest()[:3], "big")
        compressed = gzip.compress(content, mtime=0) if file.suffix in TEXTS else content
        for path, data in ((file, content), (file.with_name(file.name + ".gz"), compressed)):
            if path == file or len(data) < len(content):
                path.write_bytes(data)
                os.utime(path, (time, time))
    old = folder.with_name(folder.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else REPOSITORY / ".build/dashboard").absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    write(Publication(SOURCE).publish(), folder)


if __name__ == "__main__":
    main()
