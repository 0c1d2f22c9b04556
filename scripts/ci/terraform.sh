#!/bin/sh
# Checks terraform/ without an AWS account: runs terraform/test.sh with the real provider. Where registries cannot be reached, TERRAFORM_TOOLS names a
# folder with a `terraform-offline` that contains the provider's schema.
set -eu
cd "$(dirname "$0")/../.."

tools=$(cd "${TERRAFORM_TOOLS:-../shared/terraform-offline}" 2>/dev/null && pwd || true)
if [ -z "${TERRAFORM:-}" ] && [ -n "$tools" ] && [ -x "$tools/terraform-offline" ]; then
  TERRAFORM=$tools/terraform-offline
  export TERRAFORM
fi
exec terraform/test.sh
