import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { deleteSandbox } from '../../src/core/operations/delete.js'
import { picture } from '../scenario/picture.js'
import { playOf } from '../scenario/play.js'
import { simulatedStage } from '../scenario/simulated-stage.js'

const SERVER = '/config/apps/http/servers/srv0'

describe('where an unusual share of all that is ours would go', () => {
  const the = playOf(simulatedStage)
  const held = '4 of 4 would be removed at once; an admin must say so'
  const routes = async () => JSON.stringify(await the().outside.caddy()).match(/"@id":"sandpiper:/g)?.length ?? 0

  it('nothing goes until an admin says so; the rest is repaired', async () => {
    const { engine, outside } = the()
    for (const name of ['one', 'two']) await the().create(name)
    const old = await outside.caddy()
    for (const sandbox of ['one', 'two']) {
      await engine.ask((context) => deleteSandbox(context, { sandbox, confirm: sandbox }))
    }
    // What is foreign makes the share no smaller.
    for (let index = 0; index < 10; index += 1) mkdirSync(join(engine.pipesFolder, `theirs${index}`))
    await outside.changeCaddy('POST', '/load', old)
    await outside.changeCaddy('DELETE', `${SERVER}/errors`)

    const spoiled = await picture(the())
    expect(await engine.loop.pass({ apply: false })).toMatchObject({ applied: false, held })
    expect(await picture(the())).toEqual(spoiled)
    expect(await engine.loop.pass({ apply: true })).toMatchObject({ applied: true, held })
    expect(await routes()).toBe(4)
    expect(await engine.loop.pass({ apply: true })).toMatchObject({ applied: false, held })

    expect(await engine.loop.pass({ apply: true, force: true })).toMatchObject({ applied: true, held: null })
    expect(await routes()).toBe(0)
    expect(await engine.loop.pass({ apply: true })).toMatchObject({ applied: false, held: null })
  })
})
