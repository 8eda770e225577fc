"""scores.json of a run: written at its end, and by `seqforge evaluate` where it is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from seqforge.errors import FileDamaged, RequestError
from seqforge.evaluation.likelihood import Likelihood
from seqforge.evaluation.scoring import SCORER, Score, score
from seqforge.files.model_file import ModelFile, read_model
from seqforge.files.run_folder import RunFolder
from seqforge.files.scores_file import PieceScores, Scores, names_digest, read_scores, write_scores
from seqforge.interfaces import Piece, Vocabulary
from seqforge.plugins import Registry
from seqforge.session.data import Corpus
from seqforge.session.models import numpy_model

__all__ = ["renew_scores", "save_scores"]


def save_scores(folder: RunFolder, corpus: Corpus, likelihood: Mapping[str, Likelihood]) -> None:
    """Write the scores of each held-out part; the model's file is in the folder already."""
    scores = {part: found.score for part, found in likelihood.items()}
    write_scores(folder.scores, _scores(read_model(folder.model), corpus, scores))


def renew_scores(
    registry: Registry, folder: RunFolder, corpus: Corpus, model: ModelFile, likelihood: Mapping[str, Likelihood]
) -> bool:
    """Write the scores if there are none of this model; whether it was done. Parts without a likelihood are scored."""
    try:
        if read_scores(folder.scores).model == model.sha256:
            return False
    except (RequestError, FileDamaged):
        pass  # that is what it is for
    parts = {"validation": corpus.split.validation, "test": corpus.split.test}
    engine = numpy_model(registry, model)
    scores = {
        part: likelihood[part].score if part in likelihood else score(engine, pieces, corpus.codec)
        for part, pieces in parts.items()
        if pieces
    }
    write_scores(folder.scores, _scores(model, corpus, scores))
    return True


def _scores(model: ModelFile, corpus: Corpus, scores: Mapping[str, Score]) -> Scores:
    parts = corpus.split.parts
    return Scores(
        scorer=SCORER,
        model=model.sha256,
        codec=model.codec,
        data={"digest": corpus.digest, "content": _content(corpus.pieces, corpus.codec.vocabulary)},
        split={
            name: {
                "pieces": len(pieces),
                "groups": len({piece.group for piece in pieces}),
                "digest": names_digest((piece.id, piece.group) for piece in pieces),
            }
            for name, pieces in parts.items()
        },
        parts={name: _piece_scores(parts[name], found) for name, found in scores.items()},
    )


def _piece_scores(pieces: Sequence[Piece], found: Score) -> PieceScores:
    return PieceScores(
        ids=tuple(piece.id for piece in pieces),
        groups=tuple(piece.group for piece in pieces),
        nats=found.piece_nats,
        units=found.piece_units,
    )


def _content(pieces: Sequence[Piece], vocabulary: Vocabulary) -> str:
    """SHA-256 over names, symbols and contexts: vocabularies that grew in another order number symbols differently."""
    digest = hashlib.sha256()
    symbols = np.array([f"{symbol}\0" for symbol in vocabulary.symbols], dtype=object)
    for piece in pieces:
        digest.update(f"{piece.id}\0{piece.group}\0{piece.context.shape}\0".encode())
        digest.update("".join(symbols[piece.tokens]).encode("utf-8", "surrogatepass"))
        digest.update(np.ascontiguousarray(piece.context, "<i4").tobytes())
    return digest.hexdigest()
