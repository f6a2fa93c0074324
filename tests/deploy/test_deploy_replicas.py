"""The manifests of several replicas agree with the program, with one another, and with what they run on."""

from __future__ import annotations

from tests.cluster.server import VERSION as OPENSEARCH
from tests.deploy.test_deploy import LEAST_STOP, assert_without_rights, manifests

REPLICAS = "replicas"


def test_kubernetes_runs_several_replicas_that_are_exchanged_one_by_one() -> None:
    kinds = {d["kind"]: d for d in manifests(REPLICAS)}
    deployment = kinds["Deployment"]
    assert_without_rights(REPLICAS, deployment)
    spec = deployment["spec"]
    assert spec["replicas"] == 3
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    labels = spec["template"]["metadata"]["labels"]
    assert kinds["PodDisruptionBudget"]["spec"] == {"maxUnavailable": 1, "selector": {"matchLabels": labels}}
    scaling = kinds["HorizontalPodAutoscaler"]["spec"]
    assert scaling["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
    assert scaling["minReplicas"] == spec["replicas"]
    (pod,) = [spec["template"]["spec"]]
    (container,) = pod["containers"]
    assert pod["initContainers"][0]["image"] == container["image"]
    named = {one["name"]: one for one in container["env"]}
    assert named["POLICYBOT_REPLICA"]["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.name"}}
    pause = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] > LEAST_STOP + pause
    assert named["POLICYBOT_KNOWLEDGE"]["value"].startswith("/base/"), "what others publish is written there"


def test_the_ways_of_the_replicas_meet() -> None:
    kinds = {d["kind"]: d for d in manifests(REPLICAS)}
    (container,) = kinds["Deployment"]["spec"]["template"]["spec"]["containers"]
    settings = {one["name"]: one.get("value") for one in container["env"]}
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    served = {port["name"]: port["targetPort"] for port in kinds["Service"]["spec"]["ports"]}
    (rule,) = kinds["Ingress"]["spec"]["rules"]
    ways = {path["path"]: served[path["backend"]["service"]["port"]["name"]] for path in rule["http"]["paths"]}
    hook = str(settings["TELEGRAM_WEBHOOK_URL"]).removeprefix(f"https://{rule['host']}")
    assert {way: ports[name] for way, name in ways.items()} == {
        hook: int(str(settings["TELEGRAM_WEBHOOK_PORT"])),
        "/": int(str(settings["POLICYBOT_WEB_LISTEN"]).rpartition(":")[2]),
    }
    assert settings["POLICYBOT_WEB_URL"] == f"https://{rule['host']}"
    again = kinds["Ingress"]["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-next-upstream"]
    assert {"error", "http_503", "non_idempotent"} <= set(again.split())
    database, search = manifests("engines")
    secret = next(one for one in container["env"] if one["name"] == "POLICYBOT_DATABASE")["valueFrom"]["secretKeyRef"]
    assert secret == {"name": f"{database['metadata']['name']}-app", "key": "uri"}, "as CloudNativePG names it"
    assert (database["apiVersion"], database["kind"]) == ("postgresql.cnpg.io/v1", "Cluster")
    assert database["spec"]["instances"] == 3
    assert database["spec"]["minSyncReplicas"] >= 1, "what was taken survives the loss of the first"
    assert (search["apiVersion"], search["kind"]) == ("opensearch.opster.io/v1", "OpenSearchCluster")
    assert search["spec"]["general"]["version"] == OPENSEARCH
    assert sum(pool["replicas"] for pool in search["spec"]["nodePools"]) == 3
