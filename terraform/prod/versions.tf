terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.47"
    }
  }

  # The bucket and the region come from bootstrap: terraform init -backend-config=../backend.hcl
  backend "s3" {
    key          = "prod/terraform.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Project     = "plinth"
      Environment = "prod"
      ManagedBy   = "terraform"
    }
  }
}
