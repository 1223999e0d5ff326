"""Every link of the README and of the pages in docs/ leads somewhere."""

from __future__ import annotations

import pytest

from tests.pages import PAGES, README, ROOT, links, sections, target


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file_and_a_heading(page: str) -> None:
    broken = []
    for link in links(page):
        path, anchor = target(page, link)
        known = sections(path) if path in PAGES else [""]
        if not (ROOT / path).exists() or anchor not in known:
            broken.append(link)

    assert broken == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached = {README}
    while more := {target(page, link)[0] for page in reached for link in links(page)} & PAGES.keys() - reached:
        reached |= more

    assert reached == PAGES.keys()


@pytest.mark.parametrize("page", PAGES)
def test_a_long_page_lists_what_is_in_it(page: str) -> None:
    """Each heading of the first level below the title is linked to within the first screens, or leads to its parts."""
    named = {target(page, link)[1] for link in links(page) if target(page, link)[0] == page}
    parts = [anchor for anchor in sections(page) if anchor][1:]
    top = PAGES[page].count("\n## ")

    assert PAGES[page].count("\n") < 150 or len(named & set(parts)) >= top
