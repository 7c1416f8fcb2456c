import { Reading, type ToReading } from './reading.ts'

const reading = new Reading()

self.addEventListener('message', ({ data }: MessageEvent<ToReading>) => self.postMessage(reading.handle(data)))
