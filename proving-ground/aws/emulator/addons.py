"""EKS: the managed CoreDNS add-on. What it owns in the cluster is put back by whoever reads its configuration here."""

import uuid

import jsonschema
import yaml
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.eks import urls
from moto.eks.exceptions import InvalidParameterException, ResourceInUseException
from moto.eks.responses import EKSResponse

from emulator import clock, cluster, coredns_schema, updates

# How long EKS takes to roll an add-on out.
UPDATE_SECONDS = clock.seconds("ADDON_UPDATE_SECONDS", 4)


class Addon:
    def __init__(self, backend, cluster_name, parameters):
        self.cluster_name, self.name = cluster_name, parameters["addonName"]
        self.arn = f"arn:aws:eks:{backend.region_name}:{backend.account_id}:addon/{cluster_name}/{self.name}/{uuid.uuid4()}"
        self.version = parameters.get("addonVersion") or list(coredns_schema.PROPERTIES)[-1]
        self.configuration_values = parameters.get("configurationValues") or None
        self.service_account_role_arn = parameters.get("serviceAccountRoleArn")
        self.tags = parameters.get("tags") or {}
        self.created_at = self.modified_at = utcnow()
        self.status = "CREATING"

    def described(self):
        found = {
            "addonName": self.name, "clusterName": self.cluster_name, "status": self.status, "addonVersion": self.version, "health": {"issues": []},
            "addonArn": self.arn, "createdAt": self.created_at, "modifiedAt": self.modified_at, "tags": dict(self.tags),
            "configurationValues": self.configuration_values, "serviceAccountRoleArn": self.service_account_role_arn,
        }
        return {"addon": {name: value for name, value in found.items() if value is not None}}


def apply():
    base = "{0}/clusters/(?P<name>[^/]+)/addons"
    for path in (base + "$", base + "/(?P<addonName>[^/]+)$", base + "/(?P<addonName>[^/]+)/update$", "{0}/addons/configuration-schemas$"):
        urls.url_paths[path] = urls.response.dispatch
    for method in (create_addon, describe_addon, list_addons, update_addon, delete_addon):
        setattr(EKSResponse, method.__name__, clock.locked(method))
    EKSResponse.describe_addon_configuration = describe_addon_configuration


def create_addon(self):
    parameters = {p: self._get_param(p) for p in ("addonName", "addonVersion", "configurationValues", "serviceAccountRoleArn", "tags")}
    of_cluster = cluster.named(self.eks_backend, self._get_param("name"))
    if parameters["addonName"] != "coredns":
        raise InvalidParameterException(message="Addon specified is not supported")
    if parameters["addonName"] in of_cluster.addons:
        raise in_use(of_cluster.name, "coredns", "Addon already exists.")
    addon = Addon(self.eks_backend, of_cluster.name, parameters)
    check_configuration(addon.version, addon.configuration_values)
    of_cluster.addons[addon.name] = addon
    clock.later(UPDATE_SECONDS, finish, addon, updates.begin(addon, "AddonUpdate", {}))
    return ActionResult(addon.described())


def describe_addon(self):
    return ActionResult(named(self).described())


def list_addons(self):
    return ActionResult({"addons": sorted(cluster.named(self.eks_backend, self._get_param("name")).addons)})


def update_addon(self):
    """What is not given is kept; empty configuration values are none."""
    addon = named(self)
    if addon.status in ("CREATING", "UPDATING", "DELETING"):
        raise in_use(addon.cluster_name, addon.name, f"Addon {addon.name} cannot be updated as it is currently in {addon.status} state")
    version, values = self._get_param("addonVersion", addon.version), self._get_param("configurationValues", addon.configuration_values)
    check_configuration(version, values)
    given = {name[0].upper() + name[1:]: self._get_param(name) for name in ("addonVersion", "configurationValues", "resolveConflicts")}
    addon.version, addon.configuration_values = version, values or None
    addon.status, addon.modified_at = "UPDATING", utcnow()
    update = updates.begin(addon, "AddonUpdate", {name: value for name, value in given.items() if value is not None})
    clock.later(UPDATE_SECONDS, finish, addon, update)
    return ActionResult({"update": dict(update)})


def delete_addon(self):
    addon = named(self)
    del cluster.named(self.eks_backend, addon.cluster_name).addons[addon.name]
    addon.status = "DELETING"
    return ActionResult(addon.described())


def finish(addon, update):
    addon.status, update["status"] = "ACTIVE", "Successful"


def describe_addon_configuration(self):
    name, version = self._get_param("addonName"), self._get_param("addonVersion")
    if name != "coredns":
        raise cluster.not_found(f"Addon {name} specified is not supported")
    check_version(version)
    return ActionResult({"addonName": name, "addonVersion": version, "configurationSchema": coredns_schema.schema_text(version)})


def named(self):
    name, addon_name = self._get_param("name"), self._get_param("addonName")
    addon = cluster.named(self.eks_backend, name).addons.get(addon_name)
    if addon is None:
        raise cluster.not_found(f"No addon: {addon_name} found in cluster: {name}")
    return addon


def in_use(cluster_name, addon_name, message):
    return ResourceInUseException(clusterName=cluster_name, nodegroupName=None, addonName=addon_name, message=message)


def check_version(version):
    if version not in coredns_schema.PROPERTIES:
        raise InvalidParameterException(message="Addon version specified is not supported")


def check_configuration(version, text):
    """Configuration values are JSON or YAML that the schema of the version allows."""
    check_version(version)
    if not text:
        return
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidParameterException(message=f"ConfigurationValue is not in valid JSON or YAML format: {error}") from error
    problems = [problem(error) for error in jsonschema.Draft6Validator(coredns_schema.schema(version)).iter_errors(values)]
    if problems:
        raise InvalidParameterException(
            message=f"ConfigurationValue provided in request is not supported: Json schema validation failed with error: [{', '.join(problems)}]")


def problem(error):
    at = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
    if error.validator == "additionalProperties":
        extra = sorted(set(error.instance) - set(error.schema["properties"]))
        return ", ".join(f"${at}.{name}: is not defined in the schema and the schema does not allow additional properties" for name in extra)
    return f"${at}: {error.message}"
