"""Lays a handbook page out as slides: the title, then one slide for each section."""

from datetime import datetime
from pathlib import Path
from typing import Any

from handbook import Page, parse, plain
from pptx import Presentation
from pptx.slide import Slide
from pptx.util import Inches, Pt


def sections(page: Page) -> list[tuple[str, list[dict[str, Any]]]]:
    parts: list[tuple[str, list[dict[str, Any]]]] = [(page.title, [])]
    for block in parse(page.body):
        if block["t"] == "Header":
            parts.append((plain(block["c"][2]), []))
        else:
            parts[-1][1].append(block)
    return parts


def lines(blocks: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """(level, text); points of a list stand one level below the sentence that leads them in."""
    rows: list[tuple[int, str]] = []
    for block in blocks:
        if block["t"] == "BulletList":
            rows += [(1, plain(item)) for item in block["c"]]
        else:
            rows.append((0, plain(block)))
    return rows


def fill(slide: Slide, title: str, rows: list[tuple[int, str]]) -> None:
    slide.shapes.title.text = title
    slide.shapes.title.text_frame.paragraphs[0].font.size = Pt(28)
    body = slide.placeholders[1]
    body.left, body.top, body.width, body.height = Inches(0.5), Inches(1.3), Inches(9), Inches(5.9)
    frame = body.text_frame
    frame.word_wrap = True
    for index, (level, text) in enumerate(rows):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        paragraph.text, paragraph.level = text, level
        paragraph.font.size = Pt(14 if len(rows) > 8 else 18)


def write_slides(page: Page, moment: datetime, target: Path) -> None:
    deck = Presentation()
    for title, blocks in sections(page):
        fill(deck.slides.add_slide(deck.slide_layouts[1]), title, lines(blocks))
    properties = deck.core_properties
    properties.title, properties.author, properties.last_modified_by = page.title, "18F handbook", "18F handbook"
    properties.created = properties.modified = moment
    deck.save(target)
