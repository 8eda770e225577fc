"""The core's own parts, registered through the hooks that every plugin uses."""

from __future__ import annotations

from seqforge.hookspecs import BackendSpec, FormatSpec, LauncherSpec, SamplerSpec, hookimpl
from seqforge.options import Option

__all__ = [
    "seqforge_register_backends",
    "seqforge_register_formats",
    "seqforge_register_launchers",
    "seqforge_register_samplers",
]

# An option's default switches its processor off.
_TEMPERATURE = Option(
    name="temperature",
    type=float,
    default=1.0,
    exclusive_minimum=0,
    maximum=100,
    help="below 1 plays safe, above 1 takes risks",
)
_CLASS_TEMPERATURE = Option(
    name="class_temperature",
    type=str,
    default="",
    help="temperatures of token classes on top of that of all, such as pitch=0.9,duration=1.1",
    example="pitch=0.9,duration=1.1",
)
_TOP_K = Option(name="top_k", type=int, default=0, minimum=0, help="choose among the k likeliest; 0 for all")
_TOP_P = Option(
    name="top_p",
    type=float,
    default=1.0,
    exclusive_minimum=0,
    maximum=1,
    help="choose among the likeliest that make up this share; 1 for all",
)
_MIN_P = Option(
    name="min_p",
    type=float,
    default=0.0,
    minimum=0,
    maximum=1,
    help="choose among those at least this share as likely as the likeliest; 0 for all",
)
_TYPICAL_P = Option(
    name="typical_p",
    type=float,
    default=1.0,
    exclusive_minimum=0,
    maximum=1,
    help="choose among those that surprise about as much as expected and make up this share; 1 for all",
)
_REPETITION_PENALTY = Option(
    name="repetition_penalty",
    type=float,
    default=1.0,
    minimum=0.1,
    maximum=10,
    help="above 1 avoids tokens that came already, below 1 seeks them",
)
_REPETITION_WINDOW = Option(
    name="repetition_window",
    type=int,
    default=0,
    minimum=0,
    help="how many of the last tokens the repetition penalty looks at; 0 for all",
)
_NO_REPEAT_NGRAM = Option(
    name="no_repeat_ngram",
    type=int,
    default=0,
    minimum=0,
    help="never repeat so many tokens in a row; 0 for no limit",
)
_BEAM_WIDTH = Option(
    name="beam_width",
    type=int,
    default=8,
    minimum=1,
    maximum=10_000,
    help="how many sequences a search follows; it gives so many takes at most",
)
_LENGTH_PENALTY = Option(
    name="length_penalty",
    type=float,
    default=0.0,
    minimum=0,
    maximum=10,
    help="above 0 the beam prefers longer sequences; 0 for the likeliest",
)


@hookimpl
def seqforge_register_backends() -> list[BackendSpec]:
    """The reference engine."""
    return [
        BackendSpec(
            name="numpy",
            target="seqforge.numpy_backend.backend:NumpyBackend",
            summary="LSTM in NumPy, on one core; needs nothing else",
            architectures=("lstm",),
        )
    ]


@hookimpl
def seqforge_register_formats() -> list[FormatSpec]:
    """The page that shows and plays takes of every codec."""
    return [
        FormatSpec(
            name="html",
            target="seqforge.report.page:HtmlPage",
            summary="one offline page of all takes, to hear and see",
            suffix=".html",
            codecs=(),
        )
    ]


@hookimpl
def seqforge_register_launchers() -> list[LauncherSpec]:
    """Processes on this machine."""
    return [
        LauncherSpec(
            name="local",
            target="seqforge.launchers.local:LocalLauncher",
            summary="this machine: one process for a run, several for the cells of a sweep",
        )
    ]


@hookimpl
def seqforge_register_samplers() -> list[SamplerSpec]:
    """Processors in the order in which they are applied, and the ways to choose."""
    return [*_processors(), *_choices()]


def _processors() -> list[SamplerSpec]:
    penalties = "seqforge.generation.penalties"
    processors = "seqforge.generation.processors"
    truncations = "seqforge.generation.truncations"
    return [
        SamplerSpec(
            name="repetition-penalty",
            target=f"{penalties}:RepetitionPenalty",
            stage="penalty",
            summary="make tokens that came already less likely",
            options=(_REPETITION_PENALTY, _REPETITION_WINDOW),
        ),
        SamplerSpec(
            name="no-repeat-ngram",
            target=f"{penalties}:NoRepeatNgram",
            stage="penalty",
            summary="forbid what would complete an n-gram that was there already",
            options=(_NO_REPEAT_NGRAM,),
        ),
        SamplerSpec(
            name="temperature",
            target=f"{processors}:Temperature",
            stage="temperature",
            summary="flatten (above 1) or sharpen (below 1) the distribution",
            options=(_TEMPERATURE,),
        ),
        SamplerSpec(
            name="class-temperature",
            target=f"{processors}:ClassTemperature",
            stage="temperature",
            summary="a temperature for each class of tokens, such as pitches and durations",
            options=(_CLASS_TEMPERATURE,),
        ),
        SamplerSpec(
            name="top-k",
            target=f"{truncations}:TopK",
            stage="truncation",
            summary="keep the k most likely tokens",
            options=(_TOP_K,),
        ),
        SamplerSpec(
            name="top-p",
            target=f"{truncations}:TopP",
            stage="truncation",
            summary="keep the likeliest tokens that make up a share p",
            options=(_TOP_P,),
        ),
        SamplerSpec(
            name="min-p",
            target=f"{truncations}:MinP",
            stage="truncation",
            summary="keep tokens not much less likely than the likeliest",
            options=(_MIN_P,),
        ),
        SamplerSpec(
            name="typical",
            target=f"{truncations}:Typical",
            stage="truncation",
            summary="keep tokens about as surprising as expected",
            options=(_TYPICAL_P,),
        ),
    ]


def _choices() -> list[SamplerSpec]:
    samplers = "seqforge.generation.samplers"
    searches = "seqforge.generation.searches"
    return [
        SamplerSpec(
            name="draw", target=f"{samplers}:Draw", stage="draw", summary="draw from the distribution (the default)"
        ),
        SamplerSpec(
            name="greedy", target=f"{samplers}:Greedy", stage="draw", summary="always take the most likely token"
        ),
        SamplerSpec(
            name="beam",
            target=f"{searches}:BeamSearch",
            stage="search",
            summary="the likeliest sequences that a beam finds",
            options=(_BEAM_WIDTH, _LENGTH_PENALTY),
        ),
        SamplerSpec(
            name="stochastic-beam",
            target=f"{searches}:StochasticBeamSearch",
            stage="search",
            summary="draw whole sequences without replacement",
            options=(_BEAM_WIDTH,),
        ),
    ]
