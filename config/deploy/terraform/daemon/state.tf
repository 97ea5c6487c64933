# Where the state lives, and who gets there.

# Nothing comes in. Calls to AWS go out by HTTPS, and the state by NFS.
resource "aws_security_group" "task" {
  name_prefix = "trailhound-watch-"
  description = "trailhound watch"
  vpc_id      = var.vpc
}

resource "aws_vpc_security_group_egress_rule" "task_to_aws" {
  security_group_id = aws_security_group.task.id
  description       = "AWS APIs"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "task_to_state" {
  security_group_id            = aws_security_group.task.id
  description                  = "The state"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
  referenced_security_group_id = aws_security_group.state.id
}

resource "aws_security_group" "state" {
  name_prefix = "trailhound-state-"
  description = "The state of trailhound watch"
  vpc_id      = var.vpc
}

resource "aws_vpc_security_group_ingress_rule" "state_from_task" {
  security_group_id            = aws_security_group.state.id
  description                  = "The task"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
  referenced_security_group_id = aws_security_group.task.id
}

resource "aws_efs_file_system" "state" {
  encrypted        = true
  performance_mode = "generalPurpose"
  throughput_mode  = "elastic"
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_efs_backup_policy" "state" {
  file_system_id = aws_efs_file_system.state.id
  backup_policy {
    status = "ENABLED"
  }
}

resource "aws_efs_mount_target" "state" {
  count           = length(var.subnets)
  file_system_id  = aws_efs_file_system.state.id
  subnet_id       = var.subnets[count.index]
  security_groups = [aws_security_group.state.id]
}

resource "aws_efs_access_point" "state" {
  file_system_id = aws_efs_file_system.state.id
  posix_user {
    uid = 65532
    gid = 65532
  }
  root_directory {
    path = "/trailhound"
    creation_info {
      owner_uid   = 65532
      owner_gid   = 65532
      permissions = "0700"
    }
  }
}

data "aws_iam_policy_document" "state" {
  statement {
    sid       = "TheTaskThroughItsAccessPoint"
    actions   = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    resources = [aws_efs_file_system.state.arn]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.task.arn]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["true"]
    }
    condition {
      test     = "StringEquals"
      variable = "elasticfilesystem:AccessPointArn"
      values   = [aws_efs_access_point.state.arn]
    }
  }
}

resource "aws_efs_file_system_policy" "state" {
  file_system_id = aws_efs_file_system.state.id
  policy         = data.aws_iam_policy_document.state.json
}
