"""Takes the moment of making out of files, so that the same input gives the same bytes."""

import re
import zipfile
from datetime import datetime
from pathlib import Path


def stabilise_pdf(path: Path, moment: datetime) -> None:
    stamp = moment.strftime("D:%Y%m%d%H%M%S+00'00'").encode()
    # The same length as before: the cross-reference table of the file counts bytes.
    path.write_bytes(re.sub(rb"D:\d{14}\+00'00'", stamp, path.read_bytes()))


def stabilise_zip(path: Path, moment: datetime) -> None:
    """Office documents: the times of the archive's members and the one in the core properties."""
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(path) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, data)
            info = zipfile.ZipInfo(name, moment.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
