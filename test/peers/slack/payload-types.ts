import type { webApi } from '@slack/bolt'
import type { HomeView, KnownBlock, ModalView } from '@slack/types'

/** The official types let any `{ type }` pass as a block; this does not: what holds blocks is checked apart from them. */
export type Blocks = KnownBlock[]
export type Home = HomeView
export type Modal = ModalView
export type Manifest = webApi.AppsManifestValidateArguments

export type AuthTest = webApi.AuthTestArguments
export type AppsConnectionsOpen = webApi.AppsConnectionsOpenArguments
export type ChatPostMessage = webApi.ChatPostMessageArguments
export type ChatPostEphemeral = webApi.ChatPostEphemeralArguments
export type ChatUpdate = webApi.ChatUpdateArguments
export type ChatDelete = webApi.ChatDeleteArguments
export type ConversationsOpen = webApi.ConversationsOpenArguments
export type FilesCompleteUploadExternal = webApi.FilesCompleteUploadExternalArguments
export type FilesGetUploadURLExternal = webApi.FilesGetUploadURLExternalArguments
export type UsersInfo = webApi.UsersInfoArguments
export type ViewsOpen = webApi.ViewsOpenArguments
export type ViewsPublish = webApi.ViewsPublishArguments
export type ViewsUpdate = webApi.ViewsUpdateArguments

/** The arguments of each method that the peer has. */
export interface MethodArguments {
  readonly 'auth.test': AuthTest
  readonly 'apps.connections.open': AppsConnectionsOpen
  readonly 'chat.postMessage': ChatPostMessage
  readonly 'chat.postEphemeral': ChatPostEphemeral
  readonly 'chat.update': ChatUpdate
  readonly 'chat.delete': ChatDelete
  readonly 'conversations.open': ConversationsOpen
  readonly 'files.completeUploadExternal': FilesCompleteUploadExternal
  readonly 'files.getUploadURLExternal': FilesGetUploadURLExternal
  readonly 'users.info': UsersInfo
  readonly 'views.open': ViewsOpen
  readonly 'views.publish': ViewsPublish
  readonly 'views.update': ViewsUpdate
}

export interface Payloads extends MethodArguments {
  readonly blocks: Blocks
  readonly home: Home
  readonly modal: Modal
  readonly manifest: Manifest
}
