"""Reads a page of the 18F handbook and resolves what its site generator would resolve. The words stay as they are."""

import json
import re
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SITE = "https://handbook.tts.gsa.gov"
SLACK = "https://gsa-tts.slack.com/channels"


@dataclass(frozen=True)
class Page:
    handbook: Path
    path: str
    front_matter: str
    body: str

    def field(self, name: str) -> str:
        match = re.search(rf'^{name}:\s*"?(.*?)"?$', self.front_matter, re.MULTILINE)
        return match[1] if match else ""

    @property
    def title(self) -> str:
        return self.field("title")

    @property
    def markdown(self) -> str:
        return f"---\n{self.front_matter}---\n\n{self.body}"


def read_page(handbook: Path, path: str) -> Page:
    text = (handbook / "pages" / path).read_text(encoding="utf-8")
    _, front_matter, body = text.split("---\n", 2)
    return Page(handbook, path, front_matter, resolve_shortcodes(body).strip() + "\n")


def resolve_shortcodes(text: str) -> str:
    """Links get the address of the published page, channels their link; the step widget and formatter hints go."""
    text = re.sub(r'\{%\s*page\s+"/?(.*?)"\s*%\}', rf"{SITE}/\1", text)
    text = re.sub(r'\{%\s*slack_channel\s+"#?(.*?)"\s*%\}', rf"[#\1]({SLACK}/\1)", text)
    text = re.sub(
        r"\{%\s*alert\s*%\}\n(.*?)\{%\s*endalert\s*%\}", lambda m: textwrap.dedent(m[1]), text, flags=re.DOTALL
    )
    text = re.sub(r'\{%\s*include\s+"step-indicator\.html".*?%\}\n*', "", text, flags=re.DOTALL)
    text = re.sub(r"<!-- prettier-ignore -->\n", "", text)
    if "{%" in text:
        raise ValueError(f"unknown shortcode: {text[text.index('{%') :][:60]}")
    return text


def section(body: str, heading: str) -> str:
    """The part of a page under one heading line, without the heading, up to the next heading of any level."""
    (_, rest) = body.split(f"{heading}\n", 1)
    return re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0].strip() + "\n"


def pandoc(text: str, *arguments: str) -> str:
    # The gfm reader has no typographic quotes: what is written is what comes out. Bare addresses stay text, because an
    # address that is the text of a link would become a link inside a link.
    command = ["pandoc", "--from=gfm-autolink_bare_uris", *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def parse(text: str) -> list[dict[str, Any]]:
    return json.loads(pandoc(text, "--to=json"))["blocks"]


def plain(node: Any) -> str:
    """The text of a pandoc node, without its markup."""
    if isinstance(node, list):
        return "".join(plain(item) for item in node)
    if not isinstance(node, dict):
        return ""
    kind, content = node["t"], node.get("c")
    if kind == "Str":
        return content
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if kind == "Code":
        return content[1]
    if kind == "Link":
        return plain(content[1])
    if kind == "Quoted":
        raise ValueError("typographic quotes are off")
    return plain(content)


def table_rows(text: str) -> list[list[str]]:
    """The cells of the only table in a piece of Markdown, header first."""
    (table,) = [block for block in parse(text) if block["t"] == "Table"]
    _, _, _, head, bodies, _ = table["c"]
    rows = head[1] + [row for body in bodies for row in body[3]]
    return [[plain(cell[4]).strip() for cell in row[1]] for row in rows]
