"""Goal: what kubectl would apply keeps the promises of deploy/README.md.

Method: read the rendered manifests (argument 1) and check the Pod Security
Standard "restricted", the ports, the volume, the probes and the time to drain.
"""

import sys
import unittest

import yaml

MANIFESTS: list[dict] = []


def of_kind(kind: str) -> list[dict]:
    return [each for each in MANIFESTS if each["kind"] == kind]


class ManifestsTest(unittest.TestCase):
    def setUp(self):
        (self.stateful_set,) = of_kind("StatefulSet")
        self.pod = self.stateful_set["spec"]["template"]["spec"]
        (self.container,) = self.pod["containers"]
        self.flags = dict(
            argument.removeprefix("--").split("=", 1)
            for argument in self.container["args"]
        )

    def test_restricted(self):
        pod = self.pod["securityContext"]
        self.assertTrue(pod["runAsNonRoot"])
        self.assertNotEqual(pod["runAsUser"], 0)
        self.assertEqual(pod["seccompProfile"]["type"], "RuntimeDefault")
        own = self.container["securityContext"]
        self.assertFalse(own["allowPrivilegeEscalation"])
        self.assertTrue(own["readOnlyRootFilesystem"])
        self.assertEqual(own["capabilities"], {"drop": ["ALL"]})
        for door in ("hostNetwork", "hostPID", "hostIPC", "volumes"):
            self.assertNotIn(door, self.pod)
        self.assertFalse(self.pod["automountServiceAccountToken"])

    def test_data_on_the_volume(self):
        (claim,) = self.stateful_set["spec"]["volumeClaimTemplates"]
        (mount,) = self.container["volumeMounts"]
        self.assertEqual(mount["name"], claim["metadata"]["name"])
        self.assertTrue(self.flags["data"].startswith(mount["mountPath"] + "/"))
        self.assertEqual(
            self.pod["securityContext"]["fsGroup"],
            self.pod["securityContext"]["runAsUser"],
        )
        self.assertEqual(self.stateful_set["spec"]["replicas"], 1)
        self.assertEqual(self.flags["durability"], "disk")

    def test_ports(self):
        ports = {
            port["name"]: port["containerPort"]
            for port in self.container["ports"]
        }
        for door in ("grpc", "text"):
            self.assertEqual(self.flags[door], f"0.0.0.0:{ports[door]}")
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            self.assertEqual(
                self.container[probe]["grpc"]["port"], ports["grpc"], probe
            )

    def test_services_select_the_pods(self):
        labels = self.stateful_set["spec"]["template"]["metadata"]["labels"]
        names = set()
        for service in of_kind("Service"):
            names.add(service["metadata"]["name"])
            self.assertLessEqual(
                service["spec"]["selector"].items(), labels.items()
            )
            for port in service["spec"]["ports"]:
                self.assertIn(port["targetPort"], ("grpc", "text"))
        self.assertIn(self.stateful_set["spec"]["serviceName"], names)

    def test_memory_is_bounded(self):
        resources = self.container["resources"]
        self.assertEqual(
            resources["requests"]["memory"], resources["limits"]["memory"]
        )

    def test_a_pod_has_time_to_drain(self):
        # The server has ended 5 s after --drain_timeout at the latest; it is
        # 10 s unless a flag says otherwise.
        drain = int(self.flags.get("drain_timeout", "10s").removesuffix("s"))
        grace = self.pod["terminationGracePeriodSeconds"]
        self.assertGreater(grace, drain + 5)


if __name__ == "__main__":
    with open(sys.argv.pop(1), encoding="utf-8") as rendered:
        MANIFESTS = [each for each in yaml.safe_load_all(rendered) if each]
    unittest.main()
