#!/bin/sh
# Checks all of this folder without an AWS account: format, validity, and the tests, in which a mock stands in for AWS.
#
#   terraform/test.sh
#
# TERRAFORM names another command than `terraform`, such as tofu or a wrapper. Without any, and where the registry of providers
# cannot be reached, this is skipped, unless CI_REQUIRE_TERRAFORM=1 says that it must not be. The provider's plugin is kept in .terraform/, or where
# TF_PLUGIN_CACHE_DIR says.
set -u
cd "$(dirname "$0")" || exit 1

terraform=${TERRAFORM:-terraform}
if ! command -v "$terraform" >/dev/null 2>&1; then
  echo "terraform/test.sh: skipped, as there is no command $terraform. Get it from https://developer.hashicorp.com/terraform/install"
  [ "${CI_REQUIRE_TERRAFORM:-}" != 1 ]
  exit
fi

passed=0
failed=0
step() {
  name=$1
  shift
  if output=$("$@" 2>&1); then
    passed=$((passed + 1))
    echo "ok   $name"
  else
    failed=$((failed + 1))
    echo "FAIL $name"
    echo "$output"
  fi
}

# The environments differ in main.tf only: their inputs and outputs are the same.
alike() {
  cmp "dev/$1" "staging/$1" && cmp "dev/$1" "prod/$1"
}

step 'the format' "$terraform" fmt -check -recursive -no-color
step 'the same inputs and outputs everywhere' alike interface.tf

# Also the first of seven, so that it costs nothing: a machine without a way to the provider can test no more than the above.
if unreachable=$("$terraform" -chdir=bootstrap init -backend=false -input=false -no-color 2>&1); then :; else
  case $unreachable in
    *'Failed to query available provider packages'* | *'could not connect to registry'*)
      echo "terraform/test.sh: validity and tests are skipped, as the provider hashicorp/aws cannot be had:"
      echo "$unreachable" | tail -5
      echo "terraform: $passed passed, $failed failed, the rest skipped"
      [ "$failed" = 0 ] && [ "${CI_REQUIRE_TERRAFORM:-}" != 1 ]
      exit
      ;;
  esac
fi

for directory in bootstrap modules/guards modules/settings modules/platform dev staging prod; do
  step "$directory: init" "$terraform" -chdir="$directory" init -backend=false -input=false -no-color
  step "$directory: validate" "$terraform" -chdir="$directory" validate -no-color
  step "$directory: test" "$terraform" -chdir="$directory" test -no-color
done

echo "terraform: $passed passed, $failed failed"
[ "$failed" = 0 ]
