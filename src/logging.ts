import { pino, type Level, type Logger } from 'pino'

/** JSON lines; an error with its causes, wherever it stands under one of these names. To standard output, or a file. */
export function openLog(level: Level, file?: string): Logger {
  const withCauses = pino.stdSerializers.errWithCause
  const serializers = { error: withCauses, worse: withCauses }
  return pino({ level, serializers }, pino.destination(file ?? 1))
}
