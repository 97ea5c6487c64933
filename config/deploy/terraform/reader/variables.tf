variable "watcher_role_arn" {
  type        = string
  description = "The role that trailhound runs as, output task_role_arn of module daemon."
}

variable "external_id" {
  type        = string
  sensitive   = true
  description = "A long random text, another for each account; the same stands in the settings."
  validation {
    condition     = length(var.external_id) >= 16
    error_message = "A text of at least 16 characters is needed."
  }
}

variable "role_name" {
  type    = string
  default = "trailhound-reader"
}
