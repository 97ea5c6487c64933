# trailhound, security account: `trailhound watch` as the one task of a Fargate service, with its state on EFS.

locals {
  account   = data.aws_caller_identity.here.account_id
  partition = data.aws_partition.here.partition
  region    = data.aws_region.here.name
}

resource "aws_ecs_cluster" "this" {
  name = var.name
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/trailhound/${var.name}"
  retention_in_days = var.log_days
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.starter.arn
  task_role_arn            = aws_iam_role.task.arn
  runtime_platform {
    cpu_architecture        = var.architecture
    operating_system_family = "LINUX"
  }
  volume {
    name = "state"
    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.state.id
      transit_encryption = "ENABLED"
      authorization_config {
        access_point_id = aws_efs_access_point.state.id
        iam             = "ENABLED"
      }
    }
  }
  container_definitions = jsonencode([{
    name                   = "trailhound"
    image                  = var.image
    essential              = true
    command                = ["watch", "--config", "/config/trailhound.toml", "--state", "/state/trailhound.db"]
    user                   = "65532:65532"
    privileged             = false
    readonlyRootFilesystem = true
    linuxParameters        = { capabilities = { drop = ["ALL"] } }
    # A second more than [shutdown] within, and then some.
    stopTimeout = 60
    # SQLITE_TMPDIR: where SQLite may write what it sorts.
    environment = [
      { name = "AWS_REGION", value = local.region },
      { name = "SQLITE_TMPDIR", value = "/state" },
    ]
    mountPoints = [{ sourceVolume = "state", containerPath = "/state", readOnly = false }]
    healthCheck = {
      command     = ["CMD", "/usr/local/bin/trailhound", "probe"]
      interval    = 30
      timeout     = 5
      retries     = 3
      startPeriod = 120
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = local.region
        awslogs-stream-prefix = "watch"
      }
    }
  }])
}

resource "aws_ecs_service" "this" {
  name            = "watch"
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this.arn
  launch_type     = "FARGATE"
  # One at a time: the old task ends before the new one begins.
  desired_count                      = 1
  availability_zone_rebalancing      = "DISABLED"
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  network_configuration {
    assign_public_ip = false
    security_groups  = [aws_security_group.task.id]
    subnets          = var.subnets
  }
  depends_on = [aws_efs_mount_target.state, aws_vpc_security_group_egress_rule.task_to_state]
}

output "task_role_arn" {
  value = aws_iam_role.task.arn
}

output "task_security_group" {
  value = aws_security_group.task.id
}

output "log_group" {
  value = aws_cloudwatch_log_group.this.name
}
