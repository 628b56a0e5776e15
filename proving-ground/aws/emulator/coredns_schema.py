"""What EKS lets users configure of its CoreDNS add-on, by version of the add-on.

Shape and history as in public reports: https://github.com/aws/containers-roadmap/issues/295 (affinity and tolerations came with
v1.9.3-eksbuild.3) and https://aws.amazon.com/blogs/containers/recent-changes-to-the-coredns-add-on/ (what came later).
"""

import json

OBJECT = {"type": ["object", "null"]}
FIRST = {
    "computeType": {"type": "string"},
    "corefile": {"description": "Entire corefile contents to use with installation", "type": "string"},
    "nodeSelector": {"additionalProperties": {"type": "string"}, "type": "object"},
    "replicaCount": {"type": "integer"},
    "resources": {"$ref": "#/definitions/Resources"},
}
SCHEDULING = {
    # EKS wraps its default once too often.
    "affinity": {**OBJECT, "description": "Affinity of the coredns pods", "default": {"affinity": {"nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [
            {"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]},
            {"key": "kubernetes.io/arch", "operator": "In", "values": ["amd64", "arm64"]},
        ]}]},
    }}}},
    "tolerations": {"type": "array", "items": {"type": "object"}, "description": "Tolerations of the coredns pod", "default": [
        {"key": "CriticalAddonsOnly", "operator": "Exists"}, {"key": "node-role.kubernetes.io/master", "operator": "NoSchedule"},
    ]},
}
LATER = {
    "podAnnotations": {"type": "object"},
    "podDisruptionBudget": {"type": "object"},
    "podLabels": {"type": "object"},
    "topologySpreadConstraints": {"type": "array"},
}
PROPERTIES = {
    "v1.8.7-eksbuild.4": FIRST,
    "v1.10.1-eksbuild.1": {**FIRST, **SCHEDULING},
    "v1.10.1-eksbuild.18": {**FIRST, **SCHEDULING, **LATER},
}


def schema(version):
    quantities = {"additionalProperties": False, "properties": {"cpu": {"type": "string"}, "memory": {"type": "string"}}, "type": "object"}
    return {
        "$ref": "#/definitions/Coredns",
        "$schema": "http://json-schema.org/draft-06/schema#",
        "definitions": {
            "Coredns": {"additionalProperties": False, "properties": PROPERTIES[version], "title": "Coredns", "type": "object"},
            "Limits": quantities,
            "Resources": {
                "additionalProperties": False, "title": "Resources", "type": "object",
                "properties": {"limits": {"$ref": "#/definitions/Limits"}, "requests": {"$ref": "#/definitions/Limits"}},
            },
        },
    }


def schema_text(version):
    return json.dumps(schema(version), separators=(",", ":"))
