"""The text of a file that the user names: regular files of a bounded size only, in an encoding that can be told."""

from __future__ import annotations

import codecs
from pathlib import Path

from sim.words.faults import UserError, printable, shortened
from sim.words.reading import content_of

_SAVE_AS = "save it as CSV (in a spreadsheet: Save As, CSV UTF-8) and name that file"
_OTHER_FORMATS = (
    (b"PK\x03\x04", f"is a spreadsheet or an archive, not a CSV file; {_SAVE_AS}"),
    (b"\xd0\xcf\x11\xe0", f"is an old spreadsheet, not a CSV file; {_SAVE_AS}"),
    (b"%PDF", f"is a PDF, not a CSV file; {_SAVE_AS}"),
    (b"\x1f\x8b", "is compressed (gzip); unpack it and name the file within"),
    (b"PAR1", "is a Parquet file, not a CSV file; write it as CSV and name that file"),
)
_SPREADSHEETS = (".xlsx", ".xls", ".xlsm", ".ods")


class UnreadableTable(UserError):
    """A file that cannot be read as a table; ``line`` is where, if anywhere, and ``problems`` are what is wrong."""

    def __init__(self, path: Path, line: int | None, *problems: str) -> None:
        """Take where and what; the message has a line for each problem."""
        self.line, self.problems = line, problems
        where = f"{path}" if line is None else f"{path}, line {line}:"
        super().__init__("\n".join(printable(f"{where} {shortened(problem, 400)}") for problem in problems))


def read_text(key: str, path: Path) -> tuple[str, str]:
    """Return the text of the file that the parameter ``key`` names, and its encoding where that is not UTF-8.

    Raises
    ------
    UserError
        No such file, no regular one, too large, or not text.
    """
    try:
        content = content_of(path)
    except FileNotFoundError:
        raise UserError(f"{key}: there is no file {path}") from None
    except UserError as error:
        raise UserError(f"{key}: {error}") from None
    for start, told in _OTHER_FORMATS:
        if content.startswith(start):
            raise UserError(f"{key}: {path} {told}")
    if path.suffix.lower() in _SPREADSHEETS and b"\0" in content[:1000]:
        raise UserError(f"{key}: {path} is a spreadsheet, not a CSV file; {_SAVE_AS}")
    return _decoded(key, path, content)


def _decoded(key: str, path: Path, content: bytes) -> tuple[str, str]:
    """Return the text in UTF-8 (or UTF-16 where its mark says so), else in Windows-1252, which Latin-1 is a part of."""
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    choices = [("utf-16", "UTF-16")] if is_wide else [("utf-8-sig", ""), ("cp1252", "Windows-1252 (Latin-1)")]
    for encoding, told in choices:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, told
    raise UserError(f"{key}: {path} is not a CSV file in UTF-8, nor in Windows-1252 (Latin-1); {_SAVE_AS}")
