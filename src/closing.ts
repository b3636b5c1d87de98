/** What has been opened, closed in the opposite order: each part may use those that were opened before it. */
export class Closing {
  private readonly closers: (() => unknown)[] = []

  add(close: () => unknown): void {
    this.closers.push(close)
  }

  /** Every part is closed, whatever another one throws; the first error is thrown at the end. */
  async close(): Promise<void> {
    const errors: unknown[] = []
    for (let close = this.closers.pop(); close !== undefined; close = this.closers.pop()) {
      try {
        await close()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}
