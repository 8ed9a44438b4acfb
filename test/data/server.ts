/** A mirror on this machine: serves the given paths, and cuts the connection where a value is null. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Mirror {
  readonly url: string;
  readonly asked: string[];
  close(): Promise<void>;
}

export async function serve(files: Record<string, Uint8Array | null>): Promise<Mirror> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const name = request.url!.slice(1);
    asked.push(name);
    const bytes = files[name];
    if (bytes === undefined) response.writeHead(404).end("no such file");
    else if (bytes === null) {
      response.writeHead(200, { "content-length": 1000 }).write("half");
      setTimeout(() => response.destroy(), 50);
    } else response.end(bytes);
  });
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    close: () => {
      server.closeAllConnections();
      return new Promise(done => server.close(() => done()));
    },
  };
}
