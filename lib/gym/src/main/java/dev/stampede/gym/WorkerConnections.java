package dev.stampede.gym;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import py4j.ClientServerConnection;
import py4j.Gateway;
import py4j.Py4JClientConnection;
import py4j.PythonClient;

/**
 * Py4J's client of one worker, with as many connections as there are calls at the same time.
 *
 * <p>Py4J's own keeps one for each thread that ever called, and threads come and go.
 */
final class WorkerConnections extends PythonClient {

  /** Nothing is connected before the first call. */
  WorkerConnections(int port, String token) {
    super(
        new Gateway(null), // Until this client exists, which it has to know.
        List.of(),
        port,
        loopback(),
        0,
        TimeUnit.SECONDS,
        SocketFactory.getDefault(),
        null, // Python never calls Java: nothing listens here.
        false,
        0,
        token);
    setGateway(new Gateway(null, this));
  }

  @Override
  protected Py4JClientConnection getConnection() throws IOException { // Called under Py4J's lock.
    Py4JClientConnection idle = connections.pollLast();
    if (idle != null) {
      return idle;
    }
    var connection =
        new ClientServerConnection(
            gateway, startClientSocket(), customCommands, this, javaServer, readTimeout, authToken);
    connection.setInitiatedFromClient(true);
    connection.start();
    return connection;
  }

  private static InetAddress loopback() {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    } catch (IOException e) {
      throw new AssertionError(e); // Four bytes are an address.
    }
  }
}
