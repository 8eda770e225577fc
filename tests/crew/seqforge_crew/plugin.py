"""The hooks."""

from seqforge import BackendSpec, LauncherSpec, Option, hookimpl


@hookimpl
def seqforge_register_launchers():
    return [
        LauncherSpec(
            name="crew",
            target="seqforge_crew.launcher:Crew",
            summary="processes on this machine that meet at a socket",
            rendezvous=("socket",),
            options=(
                Option(name="losses", type=int, default=0, minimum=0, help="how often a worker kills itself"),
                Option(name="at", type=int, default=10, minimum=1, help="the step of an attempt before which it does"),
                Option(name="victim", type=int, default=1, minimum=0, help="the worker that does"),
                Option(name="deaf", type=bool, default=False, help="whether its attempt's reports are lost with it"),
            ),
        ),
        LauncherSpec(
            name="mail",
            target="seqforge_crew.launcher:Crew",
            summary="says that its workers meet by letter",
            rendezvous=("letters",),
        ),
        LauncherSpec(
            name="absent",
            target="seqforge_crew.launcher:Crew",
            summary="needs what is not there",
            requires=("no_such_module",),
            rendezvous=("socket",),
            install="seqforge-absent",
        ),
        LauncherSpec(
            name="idler",
            target="seqforge_crew.launcher:Idler",
            summary="comes back without having done anything",
            rendezvous=("socket",),
        ),
    ]


@hookimpl
def seqforge_register_backends():
    return [
        BackendSpec(
            name="table",
            target="seqforge_crew.table:TableBackend",
            summary="the next token by the last one",
            architectures=("table",),
        )
    ]
