# SES takes SMTP with the key of a user, and only so. People make that key (README.md): made here, it would be in the state.
resource "aws_iam_user" "smtp" {
  name                 = "${var.name}-smtp"
  permissions_boundary = var.permissions_boundary_arn
  force_destroy        = !var.deletion_protection # its key was made by hand
}

resource "aws_iam_user_policy" "smtp" {
  name = "send"
  user = aws_iam_user.smtp.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "ses:SendRawEmail"
      Resource  = [aws_sesv2_email_identity.this.arn, aws_sesv2_configuration_set.this.arn]
      Condition = { StringEquals = { "ses:FromAddress" = var.from_address } }
    }]
  })
}
