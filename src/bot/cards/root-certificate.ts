import { X509Certificate } from 'node:crypto'
import type { Message } from '../message.js'
import { sentence } from './words.js'

/** `pem`: the certificate itself, which is nobody's secret. */
export function rootCertificateCard(pem: string): Message {
  const { fingerprint256, validTo } = new X509Certificate(pem)
  return {
    title: 'Root certificate of this host',
    tone: 'plain',
    blocks: [
      sentence('Save it as a file, and add it to the authorities that your browser or system trusts.'),
      { block: 'code', text: pem.trim() },
      {
        block: 'fields',
        fields: [
          { label: 'SHA-256', value: [{ code: fingerprint256 }] },
          { label: 'Until', value: [{ time: new Date(validTo) }] },
        ],
      },
    ],
  }
}
