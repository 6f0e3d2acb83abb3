#!/usr/bin/env python3
"""Makes the example corpus from pages of the 18F handbook: one set of real policies, in the formats they come in.

usage: python3 make_corpus.py --handbook FOLDER [--output FOLDER] [--only NAME ...]

FOLDER is a checkout of 18F/handbook at commit 1e4955634d03. Needs pandoc, chromium, poppler-utils, flite and sox, the
Liberation fonts, and the Python packages in requirements.txt.
"""

import argparse
import csv
import email.policy
import os
import string
import subprocess
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from pathlib import Path

from handbook import Page, pandoc, parse, plain, read_page, section, table_rows
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties
from scan import scan
from slides import write_slides
from stable import stabilise_pdf, stabilise_zip

HERE = Path(__file__).resolve().parent
# Every time stamp in the files is this one, so that a second run changes nothing.
EPOCH = 1_742_828_400
MOMENT = datetime.fromtimestamp(EPOCH, UTC)

TRAVEL = "travel-and-leave/travel-and-leave-policies"
GENERAL = "general-information-and-resources"
MARKDOWN = [
    f"{TRAVEL}/travel-guide-2-book-travel.md",
    f"{TRAVEL}/travel-guide-4-reimbursement.md",
    f"{TRAVEL}/moving.md",
    "travel-and-leave/leave.md",
    f"{GENERAL}/purchase-requests.md",
    f"{GENERAL}/employee-resources-policies/transit-benefit.md",
    "training-and-development/conferences-events-training.md",
]


def titled(page: Page) -> str:
    """The body under its title, as the site shows it."""
    subtitle = page.field("subtitle")
    return (f'<p class="subtitle">{subtitle}</p>\n\n' if subtitle else "") + f"# {page.title}\n\n{page.body}"


def print_pdf(page: Page, style: str, target: Path) -> None:
    css = (HERE / style).read_text()
    title = page.title.replace('"', '\\"')
    html = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(page.title)}</title>
<style>:root {{ --title: "{title}" }} {css}</style></head><body>{pandoc(titled(page), "--to=html5")}</body></html>"""
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "page.html"
        source.write_text(html, encoding="utf-8")
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={name}/profile"]
        command += ["--no-pdf-header-footer", "--generate-pdf-document-outline"]
        subprocess.run([*command, f"--print-to-pdf={target}", source.as_uri()], check=True, capture_output=True)


def write_markdown(page: Page, target: Path) -> None:
    target.write_text(page.markdown, encoding="utf-8")


def write_pdf(page: Page, target: Path) -> None:
    print_pdf(page, "print.css", target)


def write_docx(page: Page, target: Path) -> None:
    pandoc(page.body, "--to=docx", f"--metadata=title:{page.title}", f"--output={target}")


def write_html(page: Page, target: Path) -> None:
    template = string.Template((HERE / "page.html").read_text())
    content = pandoc(page.body, "--to=html5")
    fields = {"title": escape(page.title), "keywords": escape(page.field("keywords")), "content": content}
    target.write_text(template.substitute(fields), encoding="utf-8")


def write_workbook(page: Page, target: Path) -> None:
    sheets = {
        "Detailees from outside of GSA": "### Timeline for Requesting Detailees from outside of GSA",
        "Detailing to Another Agency": "### Timeline for Detailing to Another Agency",
    }
    workbook = Workbook()
    workbook.remove(workbook.active)
    for title, heading in sheets.items():
        sheet = workbook.create_sheet(title)
        text = section(page.body, heading)
        for row in table_rows(text):
            sheet.append(row)
        for row in sheet.iter_rows():
            for cell in row:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        for cell in sheet[1]:
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor="DDDDDD")
        sheet.append([])
        for block in parse(text):
            if block["t"] == "Para":
                sheet.append([plain(block)])
        for column, width in {"A": 72, "B": 30, "C": 36}.items():
            sheet.column_dimensions[column].width = width
        sheet.freeze_panes = "A2"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    properties = workbook.properties
    properties.title, properties.creator = page.title, "18F handbook"
    properties.created = properties.modified = MOMENT.replace(tzinfo=None)
    workbook.save(target)


def write_csv(page: Page, target: Path) -> None:
    rows = table_rows(section(page.body, "## End of year performance review important dates"))
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def write_pptx(page: Page, target: Path) -> None:
    write_slides(page, MOMENT, target)


def write_scan(page: Page, target: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        pdf = Path(name) / "page.pdf"
        print_pdf(page, "scan.css", pdf)
        command = ["pdftoppm", "-r", "200", "-gray", "-png", "-singlefile"]
        subprocess.run([*command, pdf, Path(name) / "page"], check=True)
        scan(Path(name) / "page.png", target)


def write_speech(page: Page, target: Path) -> None:
    """Reads the page aloud. Abbreviations are spelled and the date of the title is spoken, no word is changed."""
    spoken = {"(07/13/2021)": ", July 13, 2021", "(AO)": ", A. O.,", "(PPE)": ", P. P. E.,", "’": "'"}
    paragraphs: list[str] = [page.title]
    for block in parse(page.body):
        items = block["c"] if block["t"] == "BulletList" else [[block]]
        paragraphs += [plain(item) for item in items]
    text = "\n\n".join(line if line.endswith((".", ":")) else f"{line}." for line in paragraphs)
    for written, said in spoken.items():
        text = text.replace(written, said).replace(" ,", ",").replace(",,", ",")
    with tempfile.TemporaryDirectory() as name:
        script, wide = Path(name) / "script.txt", Path(name) / "speech.wav"
        script.write_text(text, encoding="utf-8")
        command = ["flite", "-voice", "slt", "--setf", "duration_stretch=1.1", "-f", script, "-o", wide]
        subprocess.run(command, check=True)
        subprocess.run(["sox", "-D", wide, "-r", "16000", "-c", "1", "-b", "16", target], check=True)


def write_mail(page: Page, target: Path) -> None:
    """The page as the body of an e-mail; the travel guide's e-mail templates are attached as a Word document."""
    attached = read_page(page.handbook, f"{TRAVEL}/travel-guide-email-templates.md")
    with tempfile.TemporaryDirectory() as name:
        document = Path(name) / "attachment.docx"
        write_docx(attached, document)
        attachment = document.read_bytes()
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = "Travel desk <travel-desk@example.gov>"
    message["To"] = "Finance analysts <finance-analysts@example.gov>"
    message["Subject"] = f"{page.field('subtitle')}: {page.title}"
    message["Date"] = format_datetime(MOMENT)
    message["Message-ID"] = "<first-time-travel-travel-card@example.gov>"
    message.set_content(pandoc(page.body, "--to=plain", "--wrap=none"), cte="quoted-printable")
    message.add_alternative(pandoc(page.body, "--to=html5", "--wrap=none"), subtype="html", cte="quoted-printable")
    kind = {"maintype": "application", "subtype": "vnd.openxmlformats-officedocument.wordprocessingml.document"}
    message.add_attachment(attachment, **kind, filename="travel-guide-email-templates.docx")
    for index, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=-policy-search-{index}")
    target.write_bytes(message.as_bytes())


Writer = Callable[[Page, Path], None]
FILES: dict[str, tuple[str, Writer]] = {
    **{Path(path).name: (path, write_markdown) for path in MARKDOWN},
    "travel-guide-a-amended-authorizations.pdf": (f"{TRAVEL}/travel-guide-a-amended-authorizations.md", write_pdf),
    "tock-time-tracking-and-billing.pdf": ("tools/tock.md", write_pdf),
    "overtime.docx": ("travel-and-leave/overtime.md", write_docx),
    "procurements-over-10000.html": ("18f/how-18f-works/procurements-over-10000.md", write_html),
    "detail-timelines.xlsx": ("hiring-staying-or-changing-jobs/external-details.md", write_workbook),
    "end-of-year-review-dates.csv": ("performance-management/dates.md", write_csv),
    "organizational-financial-management.pptx": ("about-us/tts-consulting/operations/finance.md", write_pptx),
    "first-time-travel-travel-card.eml": (f"{TRAVEL}/first-time-travel-travel-card.md", write_mail),
    "after-hours-emergency-travel-scan.png": (
        f"{TRAVEL}/travel-guide-b-after-hours-emergency-travel-authorizations.md",
        write_scan,
    ),
    "travel-guidance-2021-07-13.wav": ("travel-and-leave/july-13-travel-guidance.md", write_speech),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--handbook", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=HERE.parent / "corpus")
    parser.add_argument("--only", nargs="*", choices=FILES, default=list(FILES), metavar="NAME")
    options = parser.parse_args()
    os.environ["SOURCE_DATE_EPOCH"] = str(EPOCH)
    options.output.mkdir(parents=True, exist_ok=True)
    for name in options.only:
        path, write = FILES[name]
        target = options.output.resolve() / name
        write(read_page(options.handbook, path), target)
        if target.suffix == ".pdf":
            stabilise_pdf(target, MOMENT)
        if target.suffix in (".pptx", ".xlsx"):
            stabilise_zip(target, MOMENT)
        print(f"{target.stat().st_size:>9,}  {name}")


if __name__ == "__main__":
    main()
