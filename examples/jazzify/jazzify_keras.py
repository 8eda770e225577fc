"""Jazzify's README from start to MIDI, with Keras 3: `python jazzify_keras.py original_metheny.mid`."""

from __future__ import annotations

import sys
import time

import numpy as np
from musical_values import evaluate, parsed_arguments, print_report, read_corpus, windows

from seqforge import SeqforgeError
from seqforge_keras.jazzify import adam, djmodel, keras, music_inference_model, predict_and_sample


def main() -> None:
    """Read, train, play, write."""
    arguments = parsed_arguments("Jazzify with Keras 3.", out="solo_keras.mid")
    corpus = read_corpus(arguments.file, **arguments.reader)
    X, Y = windows(corpus)  # noqa: N806 - Jazzify's names
    print(f"{corpus}, X {X.shape}, Y {Y.shape}")

    # The model as documented; `adam` takes the arguments that Keras' own took before Keras 3.
    m, Tx, n_values, n_a = *X.shape, 64  # noqa: N806
    keras.utils.set_random_seed(arguments.seed)
    model = djmodel(Tx=Tx, n_a=n_a, n_values=n_values)
    opt = adam(lr=0.01, beta_1=0.9, beta_2=0.999, decay=0.01)
    model.compile(optimizer=opt, loss="categorical_crossentropy", metrics=["accuracy"])
    a0, c0 = np.zeros((m, n_a)), np.zeros((m, n_a))
    started = time.perf_counter()
    model.fit([X, a0, c0], list(Y), epochs=arguments.epochs, verbose=0)
    print(f"{arguments.epochs} epochs in {time.perf_counter() - started:.1f} s")
    loss, accuracy = evaluate(np.stack(model.predict([X, a0, c0], verbose=0)), Y)

    # The inference model shares the trained weights, which `model=` brings: the README left that out.
    inference_model = music_inference_model(Tx=arguments.values, n_a=n_a, n_values=n_values, model=model)
    x_initializer = np.zeros((1, 1, n_values))
    _, indices = predict_and_sample(inference_model, x_initializer, np.zeros((1, n_a)), np.zeros((1, n_a)))
    print_report(corpus, loss, accuracy, indices[:, 0], arguments.out)


if __name__ == "__main__":
    try:
        main()
    except (OSError, SeqforgeError) as error:
        sys.exit(str(error))
