// socket.io with the usual recipe for an online list: the whole list to the one who joins, one user to the room.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { serve } from './ipc.mjs';

const server = createServer();
const io = new Server(server, { transports: ['websocket'], serveClient: false });
const rooms = new Map();
let closing = false;

io.on('connection', (socket) => {
  socket.on('join', (room, user, answer) => {
    const users = roomOf(room);
    users.set(user.uid, user);
    socket.join(room);
    socket.to(room).emit('join', user);
    socket.once('disconnect', () => {
      users.delete(user.uid);
      // Telling a thousand who are going as well of each other would take longer than the measurement.
      if (!closing) socket.to(room).emit('leave', user.uid);
    });
    answer([...users.values()]);
  });
  socket.on('subscribe', (channel, answer) => {
    socket.join(channel);
    answer(true);
  });
  socket.on('publish', (channel, data) => socket.to(channel).emit('message', data));
});

function roomOf(name) {
  const users = rooms.get(name) ?? new Map();
  rooms.set(name, users);
  return users;
}

await serve(server, () => {
  closing = true;
  return io.close();
});
