"""Wrong input: exit status 2 and one line that says what arrived, what is allowed, what to do."""

import importlib.metadata

import pytest

RUN = ("run", "toy")


def is_missing(distribution):
    try:
        importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        return True
    return False


def check(outcome, *words):
    assert outcome.status == 2, outcome
    assert outcome.out == ""
    assert outcome.err.startswith("error: ")
    assert outcome.err.count("\n") == 1, outcome.err
    for word in words:
        assert word in outcome.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        # names that nobody registered
        (("run", "toyy"), ("'toyy'", "did you mean 'toy'?")),
        (("run", "qqqqqq"), ("'qqqqqq'", "known: ", "toy")),
        (("run", "nowhere.toml"), ("nowhere.toml", "recipe")),
        (("recipes", "show", "toyy"), ("'toyy'", "did you mean 'toy'?")),
        ((*RUN, "--backend", "numpi"), ("'numpi'", "did you mean 'numpy'?")),
        ((*RUN, "--backend", "absent"), ("seqforge_engine_that_nobody_has", "pip install seqforge-absent")),
        ((*RUN, "--model", "lstn"), ("'lstn'", "did you mean 'lstm'?", "numpy")),
        ((*RUN, "--set", "codec.name=lettres"), ("'lettres'", "did you mean 'letters'?")),
        ((*RUN, "--set", "samples.formats=['tkt']"), ("'tkt'", "did you mean 'txt'?")),
        ((*RUN, "--set", "samples.formats=['score']"), ("'score'", "letters", "txt")),
        ((*RUN, "--set", "samples.sampling.sampler='gredy'"), ("'gredy'", "did you mean 'greedy'?")),
        ((*RUN, "--set", "samples.sampling.sampler='top-k'"), ("--set samples.sampling.top_k=...",)),
        (("list", "recepies"), ("'recepies'", "did you mean 'recipes'?")),
        # keys
        ((*RUN, "--set", "training.stepz=3"), ("'training.stepz'", "did you mean 'training.steps'?")),
        ((*RUN, "--set", "traning.steps=3"), ("'traning'", "did you mean 'training")),
        ((*RUN, "--set", "model.lstm.hiden=3"), ("'model.lstm.hiden'", "did you mean 'model.lstm.hidden'?")),
        ((*RUN, "--set", "model.hidden=3"), ("'model.hidden'", "did you mean 'model.lstm.hidden'?")),
        ((*RUN, "--set", "codec.letters.alphabt=3"), ("did you mean 'codec.letters.alphabet'?",)),
        ((*RUN, "--set", "data.gropus=3"), ("'data.gropus'", "did you mean 'data.groups'?")),
        ((*RUN, "--set", "data.validaton=0.3"), ("'data.validaton'", "did you mean 'data.validation'?")),
        ((*RUN, "--set", "backend.numpy.fast=true"), ("'backend.numpy.fast'", "known: none")),
        ((*RUN, "--set", "samples.prompt.lenght=3"), ("did you mean 'samples.prompt.length'?",)),
        ((*RUN, "--set", "samples.sampling.topk=3"), ("did you mean 'samples.sampling.top_k'?",)),
        # values
        ((*RUN, "--set", "training.steps=0"), ("training.steps is 0", "1")),
        ((*RUN, "--set", "training.steps=many"), ("training.steps is 'many'", "integer")),
        ((*RUN, "--set", "training.learning_rate=nan"), ("training.learning_rate is nan",)),
        ((*RUN, "--set", "training.schedule='sine'"), ("'sine'", "'constant', 'cosine' or 'inverse'")),
        ((*RUN, "--set", "data.validation=1.5"), ("data.validation is 1.5", "1")),
        ((*RUN, "--set", "data.groups=1.5"), ("data.groups is 1.5", "a whole number from 1 to 100")),
        ((*RUN, "--set", "codec.letters.alphabet=99"), ("codec.letters.alphabet is 99", "from 2 to 9")),
        ((*RUN, "--set", "model.lstm.dropout=1"), ("model.lstm.dropout is 1", "0.95")),
        ((*RUN, "--set", "model.lstm.hidden=true"), ("model.lstm.hidden is True", "a whole number")),
        ((*RUN, "--set", "model.lstm=3"), ("model.lstm is 3", "a table")),
        ((*RUN, "--set", "training=3"), ("training is 3", "a table", "--set training.")),
        ((*RUN, "--set", "samples.prompt.length=0"), ("samples.prompt.length is 0", "from 1 to 5000")),
        ((*RUN, "--set", "samples.prompt.avoid='abcde'"), ("'abcde'", "leave one out")),
        ((*RUN, "--set", "samples.sampling.temperature=0"), ("samples.sampling.temperature is 0", "above 0")),
        ((*RUN, "--set", "windows.starts='random'"), ("windows.count is 0", "at least 1")),
        ((*RUN, "--set", "windows={starts='random',count=3,carry_state=true}"), ("windows.carry_state", "sequential")),
        ((*RUN, "--seed", "-1"), ("seed is -1", "0")),
        ((*RUN, "--threads", "0"), ("threads is 0", "1")),
        ((*RUN, "--set", "training.steps"), ("'training.steps'", "KEY=VALUE")),
        ((*RUN, "--set", ".=3"), ("'.=3'", "KEY=VALUE")),
        # data
        ((*RUN, "--data", "nowhere"), ("'nowhere'", "no such file or folder", "cycles")),
        ((*RUN, "--data", "cycle"), ("'cycle'", "cycles")),
        ((*RUN, "--data", "*.letters"), ("'*.letters'",)),
        ((*RUN, "--set", "data.groups=2"), ("2 groups", "too few", "data.validation=0")),
        ((*RUN, "--set", "data.groups=1"), ("1 group ", "too few")),
        # the command line itself
        (("rum", "toy"), ("rum", "--help")),
        (("run",), ("RECIPE", "--help")),
        ((*RUN, "--sed", "3"), ("--sed", "--seed", "--help")),
        ((*RUN, "--seed", "x"), ("--seed", "integer", "seqforge run --help")),
        # models
        (("generate", "nowhere"), ("nowhere", "list runs")),
        (("generate", "."), ("model.safetensors",)),
    ],
    ids=lambda value: " ".join(value) if value and isinstance(value[0], str) else "",
)
def test_a_wrong_request_is_one_line(seqforge, tmp_path, arguments, words):
    check(seqforge(*arguments), *words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--format", "tkt"), ("'tkt'", "did you mean 'txt'?")),
        (("--format", "score"), ("'score'", "letters", "txt")),
        (("--format", ","), ("--format", "seqforge list formats")),
        (("--sampler", "gredy"), ("'gredy'", "did you mean 'greedy'?")),
        (("--sampler", "top-k"), ("'top-k' chooses no tokens", "--set top_k=...", "samplers: draw, greedy")),
        (("--temperature", "0"), ("temperature is 0", "above 0")),
        (("--temperature", "nan"), ("temperature is nan", "a number")),
        (("--temperature", "warm"), ("temperature is 'warm'", "a number")),
        (("--top-k", "-1"), ("is -1", "at least 0")),
        (("--top-p", "1.5"), ("is 1.5", "at most 1")),
        (("--set", "topk=3"), ("topk", "did you mean", "top_k")),
        (("--set", "top_k"), ("'top_k'", "KEY=VALUE")),
        (("--length", "0"), ("--length is 0", "from 1 to 5000")),
        (("--length", "long"), ("--length is 'long'", "a whole number")),
        (("--legato", "perhaps"), ("--legato is 'perhaps'", "true or false")),
        (("--avoid", "abcde"), ("'abcde'", "leave one out")),
        (("-n", "0"), ("-n", "1")),
        (("--seed", "-1"), ("--seed", "0")),
        (("--lenght", "3"), ("--lenght", "--length")),
    ],
    ids=lambda value: " ".join(value),
)
def test_a_wrong_take_is_one_line(seqforge, tmp_path, toy_run, arguments, words):
    check(seqforge("generate", toy_run, *arguments), *words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("training = 3\nsteps = {", ("mine.toml", "not TOML")),
        ("recipe = 3", ("mine.toml", "3", "name of a recipe")),
        ("recipe = 'toyy'", ("'toyy'", "did you mean 'toy'?")),
        ("", ("codec.name is not set", "letters")),
        ("[codec]\nname = 'letters'", ("data.source is not set", "--data")),
        ("[codec]\nname = 3\n", ("codec.name is 3",)),
        ("data = 3\n", ("data is 3", "a table")),
        ("recipe = 'toy'\n[training]\nsteps = '5 or so'\n", ("training.steps is '5 or so'",)),
    ],
)
def test_a_wrong_file_is_one_line(seqforge, tmp_path, text, words):
    (tmp_path / "mine.toml").write_text(text)
    check(seqforge("run", "mine.toml"), *words)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


def test_a_file_that_is_no_text_is_one_line(seqforge, tmp_path):
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe\x00")
    check(seqforge("run", "mine.toml"), "mine.toml", "TOML file")


@pytest.mark.parametrize(
    ("files", "data", "words"),
    [
        ({}, "songs", ("songs", "no file that can be read", ".letters")),
        ({"a.wav": b"RIFF"}, "songs", ("songs", "no file that can be read", ".letters")),
        ({"a.letters": b""}, "songs/a.letters", ("a.letters", "empty")),
        ({"a.wav": b"RIFF"}, "songs/a.wav", ("a.wav", "no reader of codec letters for files in '.wav'")),
        ({"a.letters": b"\xff"}, "songs", ("a.letters", "it is no text")),
        ({"a.letters": b"g zzz\ng .a\n"}, "songs", ("2 dropped", "'zzz'", "'.a'")),
        ({"a.letters": b"g a.\ng b.\n"}, "songs", ("1 group ", "too few", "data.validation=0")),
    ],
)
def test_data_that_is_of_no_use_is_one_line(seqforge, tmp_path, files, data, words):
    (tmp_path / "songs").mkdir()
    for name, content in files.items():
        (tmp_path / "songs" / name).write_bytes(content)
    check(seqforge(*RUN, "--set", "data={source='nothing'}", "--data", data), *words)
    assert [path.name for path in tmp_path.iterdir()] == ["songs"]


@pytest.mark.parametrize("distribution", ["seqforge-torch", "seqforge-keras"])
def test_a_backend_that_is_not_installed_says_what_to_type(seqforge, distribution):
    if not is_missing(distribution):
        pytest.skip(f"{distribution} is installed")
    name = distribution.removeprefix("seqforge-")
    check(seqforge(*RUN, "--backend", name), f"backend '{name}'", f"python -m pip install {distribution}")


def test_the_recipe_of_a_plugin_that_is_not_installed_says_what_to_type(seqforge):
    if not is_missing("seqforge-jazz"):
        pytest.skip("seqforge-jazz is installed")
    check(seqforge("run", "jazz"), "recipe 'jazz'", "python -m pip install seqforge-jazz")


def test_a_process_ends_with_the_same_line_and_status(process):
    check(process(*RUN, "--set", "training.stepz=3"), "did you mean 'training.steps'?")


def test_out_that_is_a_file_is_one_line(seqforge, tmp_path):
    (tmp_path / "mine").write_text("a file")
    check(seqforge(*RUN, "--out", "mine"), "mine is a file", "folder")
    check(seqforge(*RUN, "--out", "mine/below"), "mine", "--out")


def test_a_recipe_is_not_copied_over_a_file(seqforge, tmp_path):
    (tmp_path / "toy.toml").write_text("mine")
    check(seqforge("recipes", "copy", "toy"), "toy.toml exists already")
    assert (tmp_path / "toy.toml").read_text() == "mine"


def test_debug_shows_the_traceback(process):
    outcome = process("--debug", *RUN, "--set", "training.stepz=3")
    assert outcome.status != 0
    assert "Traceback" in outcome.err
    assert "UnknownName" in outcome.err
