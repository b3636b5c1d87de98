import type {
  APIApplicationCommand,
  APIInteractionResponse,
  GatewaySendPayload,
  RESTPatchAPIChannelMessageJSONBody,
  RESTPostAPIChannelMessageJSONBody,
  RESTPostAPICurrentUserCreateDMChannelJSONBody,
  RESTPostAPIWebhookWithTokenJSONBody,
} from 'discord-api-types/v10'

type Given = 'name' | 'description'
type Optional =
  | 'type'
  | 'options'
  | 'nsfw'
  | 'contexts'
  | 'integration_types'
  | 'default_member_permissions'
  | 'name_localizations'
  | 'description_localizations'

/** The official types of what is sent to Discord, by what it is; schemas are made of them. */
export interface Payloads {
  readonly response: APIInteractionResponse
  readonly followup: RESTPostAPIWebhookWithTokenJSONBody
  readonly message: Omit<RESTPostAPIChannelMessageJSONBody, 'message_reference' | 'poll' | 'shared_client_theme'>
  readonly edit: RESTPatchAPIChannelMessageJSONBody
  readonly direct: RESTPostAPICurrentUserCreateDMChannelJSONBody
  // Not the REST type: its optional members go through a mapped type that the generator takes for objects.
  readonly commands: (Pick<APIApplicationCommand, Given> & Partial<Pick<APIApplicationCommand, Optional>>)[]
  readonly gateway: GatewaySendPayload
}
