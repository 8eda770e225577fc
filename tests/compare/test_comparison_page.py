"""`seqforge compare --html`: the page."""

from comparing import worse

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e"


def test_the_page_has_everything_and_nothing_of_a_name_is_markup(made, seqforge, tmp_path):
    made("a&<b>")
    made("b", nats=worse(0.3), changes={"recipe": HOSTILE, "data.source": HOSTILE, "training.steps": 7})
    outcome = seqforge("compare", "a&<b>", "b", "--html", "out/page.html")
    assert outcome.status == 0, outcome.err
    text = (tmp_path / "out" / "page.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<img" not in text
    assert "<b>" not in text
    assert "\u202e" not in text + outcome.out
    assert "a&amp;&lt;b&gt;" in text
    assert "default-src &#x27;none&#x27;; script-src &#x27;none&#x27;" in text
    assert str(tmp_path) not in text
    for words in ("Which one predicts better", "What differs", "How they learnt", "What a run cost", "training.steps"):
        assert words in text
    assert seqforge("compare", "a&<b>", "b", "--html", "out", "--quiet").out == ""
    assert (tmp_path / "out" / "compare.html").read_text(encoding="utf-8") == text


def test_equal_runs_give_equal_pages_wherever_they_lie(made, seqforge, tmp_path):
    for place in ("here", "there"):
        made(f"{place}/a")
        made(f"{place}/b", nats=worse(0.2), changes={"training.steps": 9})
        assert seqforge("compare", place, "--html", f"{place}.html").status == 0
    assert (tmp_path / "here.html").read_bytes() == (tmp_path / "there.html").read_bytes()


def test_many_groups_stay_below_the_limit(made, seqforge, tmp_path):
    for number in range(12):
        made(f"sweep/{number:02}", nats=worse(number / 50, number / 9), changes={"training.steps": number + 5})
    outcome = seqforge("compare", "sweep", "--html", "page.html")
    assert outcome.status == 0, outcome.err
    assert (tmp_path / "page.html").stat().st_size < 2_000_000
    assert "best 8 groups" in (tmp_path / "page.html").read_text()
