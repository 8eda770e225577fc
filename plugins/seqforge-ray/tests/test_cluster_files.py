"""The cluster files of docs/, as far as they can be checked without a cluster."""

import re
from pathlib import Path

import pytest
import yaml
from ray.autoscaler._private.util import prepare_config, validate_config

ROOT = Path(__file__).resolve().parents[3]
FILES = ROOT / "docs" / "cluster"
SHARED = "/mnt/seqforge"


@pytest.fixture
def ray_up():
    return yaml.safe_load((FILES / "ray-up.yaml").read_text())


@pytest.fixture
def kuberay():
    return {part["kind"]: part for part in yaml.safe_load_all((FILES / "kuberay.yaml").read_text())}


def installed(text):
    """The folders that a file has pip install, and the constraints that it names."""
    return set(re.findall(r"(?:~/seqforge|\.)/((?:plugins|\.ci)/[\w.-]+)", text))


def test_ray_takes_the_file_for_ray_up(ray_up):
    config = prepare_config(ray_up)
    validate_config(config)
    with pytest.raises(Exception, match="workers_ips"):
        validate_config(config | {"workers_ips": []})
    provider = ray_up["provider"]
    assert ray_up["max_workers"] == len(provider["worker_ips"])
    assert config["available_node_types"][config["head_node_type"]]["max_workers"] == len(provider["worker_ips"])


def test_ray_up_installs_what_is_there_and_tries_the_shared_folder(ray_up):
    (mount,) = ray_up["file_mounts"].items()
    assert mount == ("~/seqforge", ".")
    text = "\n".join(ray_up["setup_commands"])
    assert "plugins/seqforge-ray" in installed(text)
    assert all((ROOT / name).exists() for name in installed(text))
    assert f"test -w {SHARED}" in text
    for commands in ("head_start_ray_commands", "worker_start_ray_commands"):
        assert "RAY_USAGE_STATS_ENABLED=0" in "\n".join(ray_up[commands])


def test_kuberay_starts_a_cluster_whose_pods_share_a_folder(kuberay):
    cluster, claim = kuberay["RayCluster"], kuberay["PersistentVolumeClaim"]
    assert cluster["apiVersion"] == "ray.io/v1"
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    head, (workers,) = cluster["spec"]["headGroupSpec"], cluster["spec"]["workerGroupSpecs"]
    assert workers["minReplicas"] <= workers["replicas"] <= workers["maxReplicas"]
    images = set()
    for group in (head, workers):
        pod = group["template"]["spec"]
        (container,), (volume,) = pod["containers"], pod["volumes"]
        assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
        assert container["volumeMounts"] == [{"name": volume["name"], "mountPath": SHARED}]
        assert container["resources"]["requests"] == container["resources"]["limits"]
        images.add(container["image"])
    assert len(images) == 1


def test_the_image_has_the_ray_of_the_cluster_and_what_is_there(kuberay):
    text = (FILES / "Dockerfile").read_text()
    version = re.search(r"^FROM rayproject/ray:([\d.]+)-py311-cpu$", text, re.MULTILINE)[1]
    assert kuberay["RayCluster"]["spec"]["rayVersion"] == version
    assert kuberay["RayCluster"]["spec"]["headGroupSpec"]["template"]["spec"]["containers"][0]["image"] in text
    assert "plugins/seqforge-ray" in installed(text)
    assert all((ROOT / name).exists() for name in installed(text))
