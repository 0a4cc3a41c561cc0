"""What the standard library raises on a ZIP archive that is damaged, or packed in a way that it cannot unpack."""

from __future__ import annotations

import zipfile
import zlib
from typing import Final

#: ``NotImplementedError`` is the library's word for a compression that it does not know.
DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, OverflowError)
