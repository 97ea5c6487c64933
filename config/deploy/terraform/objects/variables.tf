variable "sender_accounts" {
  type        = list(string)
  description = "Accounts whose log groups may subscribe, this one included if it has clusters."
}

variable "key_arn" {
  type        = string
  description = "Output key_arn of module alerts."
}

variable "alarm_topic_arn" {
  type        = string
  description = "Output topic_arn of module alerts."
}

variable "name" {
  type        = string
  default     = "trailhound-objects"
  description = "The bucket's name begins with it."
}

variable "buffer_seconds" {
  type        = number
  default     = 60
  description = "How long lines are gathered; so late alerts come."
}

variable "keep_days" {
  type        = number
  default     = 15
  description = "After that objects are deleted. A day longer than the queues keep the messages that tell of them."
}

variable "visibility_seconds" {
  type        = number
  default     = 5400
  description = "Six times what the function may take, which is what AWS advises."
}
