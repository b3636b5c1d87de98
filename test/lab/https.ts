import { get } from 'node:https'

/** The status over HTTPS at this address for a browser that trusts this root alone; why none, where there is none. */
export function trusted(root: string, host: string, address = '127.0.0.1', port = 7443): Promise<number | string> {
  return new Promise((resolve) => {
    const options = { host: address, port, servername: host, headers: { host }, ca: root, agent: false }
    get(options, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    }).on('error', (error) => {
      resolve(/alert internal error/.test(error.message) ? 'no certificate' : error.message)
    })
  })
}
