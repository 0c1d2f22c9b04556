"""Applies PATCHes and filters with scim2-models: one JSON document in, one out."""
import json
import sys

from scim2_models import Context, EnterpriseUser, PatchOp, ScimFilter, ScimPolicy, User

Person = User[EnterpriseUser]
# What its authors made for directories that are less strict than the standard.
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
cases = json.load(sys.stdin)


def patched(case):
    try:
        with POLICY:
            person = Person.model_validate(case["resource"])
            request = PatchOp[Person].model_validate(
                {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": case["operations"]},
                scim_ctx=Context.RESOURCE_PATCH_REQUEST,
            )
            request.patch(person)
            return person.model_dump(scim_ctx=None, mode="json", exclude_none=True, by_alias=True)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:300]}


def found(text):
    try:
        wanted = ScimFilter[Person](text)
        return [r["userName"] for r in cases["users"] if wanted.match(Person.model_validate(r))]
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]


json.dump(
    {"patches": [patched(case) for case in cases["patches"]], "filters": [found(text) for text in cases["filters"]]},
    sys.stdout,
)
