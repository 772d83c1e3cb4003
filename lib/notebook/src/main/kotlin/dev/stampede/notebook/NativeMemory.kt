package dev.stampede.notebook

import java.lang.management.ManagementFactory
import javax.management.JMException
import javax.management.ObjectName

/**
 * Returns to the system what the C library keeps of the memory that tensors had. It keeps all of
 * it, for speed, as kernel.py tells it to; but between runs that is only in the way of others.
 *
 * Not all JVMs can do this: newer ones on Linux.
 */
internal fun returnFreeMemory() {
  if (runsUnderWay().isNotEmpty() || studiesUnderWay().isNotEmpty()) {
    return // They would only ask for it again.
  }
  try {
    ManagementFactory.getPlatformMBeanServer().invoke(COMMANDS, "systemTrimNativeHeap", null, null)
  } catch (_: JMException) {
    // This JVM has no such command.
  }
}

private val COMMANDS = ObjectName("com.sun.management:type=DiagnosticCommand")
