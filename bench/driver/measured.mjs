// One measured window: wall time, the server's CPU and the bytes that reached the clients while `work` ran.

/** @returns {Promise<{ms: number, cpuMs: number, bytes: number, result: unknown}>} */
export async function measured(server, crowd, work) {
  const bytes = crowd.bytesRead;
  const cpu = await server.cpu();
  const start = performance.now();
  const result = await work();
  const ms = performance.now() - start;
  const cpuMs = ((await server.cpu()) - cpu) / 1000;
  return { ms, cpuMs, bytes: crowd.bytesRead - bytes, result };
}
