"""What a file is, by what is in it."""

import pytest
from proving import ONE_OF_EACH, heic, jpeg, pdf, png

from bot.signatures import (
    ENDINGS,
    GIF,
    HEIC,
    JPEG,
    KINDS,
    PDF,
    PNG,
    is_whole,
    kind_named,
    kind_of,
    with_ending,
)


@pytest.mark.parametrize("kind", KINDS)
def test_each_type_is_told_by_its_content(kind):
    content = ONE_OF_EACH[kind.media_type]
    assert kind_of(content) is kind
    assert is_whole(content, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_what_breaks_off_is_not_whole_wherever_it_does(kind):
    content = ONE_OF_EACH[kind.media_type]
    least = {PDF: len(content) - 6, GIF: len(content) - 1}.get(kind, len(content))
    assert not any(is_whole(content[:length], kind) for length in range(least))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00 this program",
        b"<html><body>%PDF-1.4</body></html>%%EOF",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"RIFF\x10\0\0\0WAVEfmt ",
        b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
        b"\0\0\0\x1cftypavif\0\0\0\0mif1avif",
        b"PK\x03\x04",
        b"\x89PNG",
        b"#!/bin/sh\n",
        b"GIF12a",
    ],
)
def test_anything_else_is_none_of_them(content):
    assert kind_of(content) is None


def test_a_pdf_may_begin_with_the_mark_of_utf_8_and_blanks_and_end_with_what_was_added():
    assert kind_of(b"\xef\xbb\xbf\r\n" + pdf()) is PDF
    assert is_whole(pdf() + b"\0" * 1000, PDF)


def test_the_end_of_the_small_picture_in_a_jpeg_is_not_its_own():
    assert not is_whole(jpeg()[:-2], JPEG)
    assert is_whole(jpeg() + b"added by a phone", JPEG)


def test_a_box_of_all_that_is_left_ends_an_heic_file():
    whole = heic()
    assert is_whole(whole[:-16] + b"\0\0\0\0mdat12345", HEIC)
    assert is_whole(whole[:-16] + b"\0\0\0\1mdat\0\0\0\0\0\0\0\x141234", HEIC)
    assert not is_whole(whole[:24], HEIC)


@pytest.mark.parametrize(
    ("name", "media_type", "kind"),
    [
        ("a.png", "", PNG),
        ("A.JPEG", "", JPEG),
        ("a.exe", "image/png", PNG),  # by what is said; its content decides
        ("Screenshot 2025-12-02 at 10.15.30", "image/png", PNG),
        ("a.pdf", "text/html", PDF),
        ("a.exe", "application/octet-stream", None),
        ("a.svg", "image/svg+xml", None),
        ("png", "", PNG),
        ("a.csv", "text/csv", None),
        ("", "", None),
    ],
)
def test_a_name_or_what_is_said_of_a_file_tells_what_it_may_be(name, media_type, kind):
    assert kind_named(name, media_type) is kind


@pytest.mark.parametrize(
    ("name", "media_type", "ends"),
    [
        ("a.png", "image/png", "a.png"),
        ("a.JPEG", "image/jpeg", "a.JPEG"),
        ("a.exe", "image/png", "a.exe.png"),
        ("Screenshot 10.15.30", "image/png", "Screenshot 10.15.30.png"),
        ("a.png", "application/pdf", "a.png.pdf"),
        ("a", "unknown/type", "a"),
    ],
)
def test_a_name_ends_in_what_programs_know_the_type_by(name, media_type, ends):
    assert with_ending(name, media_type) == ends


def test_the_form_offers_every_ending():
    assert set(ENDINGS) == {"png", "jpg", "jpeg", "gif", "webp", "heic", "heif", "pdf"}
    assert png(b"1") != png(b"2")
