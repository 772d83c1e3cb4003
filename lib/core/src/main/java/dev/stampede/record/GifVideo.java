package dev.stampede.record;

import dev.stampede.env.Frame;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOInvalidTreeException;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * An animated GIF that plays again and again.
 *
 * <p>A GIF counts time in hundredths of a second, and browsers show a frame for 10 of them where
 * fewer than 2 are asked for. So frames that come sooner than 2 after one are left out. A frame
 * that looks like the one before only prolongs it, and of others what changed is written, each with
 * a palette of its own.
 */
final class GifVideo implements Video {
  private static final int LEAST_DELAY = 2;
  private static final int LONGEST_DELAY = 0xFFFF;
  private static final int AS_BEFORE = -1;

  private final PartialFile file;
  private final int framesPerSecond;
  private final ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
  private final ImageOutputStream out;
  private int width;
  private int height;
  private long frames;

  /** What the file shows so far. */
  private int @Nullable [] written;

  /** What comes next, once it is known how long it is shown; and since when, in s/100. */
  private int @Nullable [] waiting;

  private long waitingSince;
  private boolean open = true;

  GifVideo(Path file, int framesPerSecond) {
    this.file = new PartialFile(file);
    this.framesPerSecond = framesPerSecond;
    try {
      out = ImageIO.createImageOutputStream(this.file.part().toFile());
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void add(Frame frame) {
    if (frames == 0) {
      width = frame.width();
      height = frame.height();
    } else {
      Sizes.check(width, height, frame);
    }
    long now = time(frames);
    frames++;
    int[] pixels = pixels(frame);
    int[] before = waiting;
    if (before == null) {
      waiting = pixels;
    } else if (now - waitingSince >= LEAST_DELAY && !Arrays.equals(before, pixels)) {
      write(before, now - waitingSince);
      waiting = pixels;
      waitingSince = now;
    }
  }

  /** When frame {@code n} comes, in s/100. */
  private long time(long n) {
    return Math.round(100.0 * n / framesPerSecond);
  }

  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    try {
      int[] last = waiting;
      if (last != null) {
        write(last, Math.max(LEAST_DELAY, time(frames) - waitingSince));
        waiting = null;
        writer.endWriteSequence();
      }
      out.close();
      writer.dispose();
      if (last == null) {
        file.discard();
      } else {
        file.complete();
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(file + " could not be written", e);
  }

  private static int[] pixels(Frame frame) {
    byte[] rgb = frame.rgb();
    int[] pixels = new int[rgb.length / 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] =
          (rgb[3 * i] & 0xFF) << 16 | (rgb[3 * i + 1] & 0xFF) << 8 | (rgb[3 * i + 2] & 0xFF);
    }
    return pixels;
  }

  private void write(int[] pixels, long delay) {
    int[] before = written;
    Area area = before == null ? new Area(0, 0, width, height) : changed(before, pixels);
    int[] fresh = new int[area.width * area.height];
    int n = 0;
    int[] cut = new int[fresh.length];
    for (int y = 0; y < area.height; y++) {
      for (int x = 0; x < area.width; x++) {
        int at = (area.top + y) * width + area.left + x;
        boolean same = before != null && before[at] == pixels[at];
        cut[y * area.width + x] = same ? AS_BEFORE : pixels[at];
        if (!same) {
          fresh[n++] = pixels[at];
        }
      }
    }
    Palette palette = Palette.of(Arrays.copyOf(fresh, n));
    try {
      write(indexed(cut, area, palette), palette, area, delay);
    } catch (IOException e) {
      throw failed(e);
    }
    written = pixels;
  }

  /** A part of the picture. */
  private record Area(int left, int top, int width, int height) {}

  /** The smallest area with all that differs; something does. */
  private Area changed(int[] a, int[] b) {
    int left = width;
    int right = -1;
    int top = height;
    int bottom = -1;
    for (int i = 0; i < a.length; i++) {
      if (a[i] != b[i]) {
        left = Math.min(left, i % width);
        right = Math.max(right, i % width);
        top = Math.min(top, i / width);
        bottom = i / width;
      }
    }
    return new Area(left, top, right - left + 1, bottom - top + 1);
  }

  /** With the palette's colours and, after them, one for "as before". */
  private static BufferedImage indexed(int[] cut, Area area, Palette palette) {
    int n = palette.colors().length;
    byte[][] channels = new byte[3][n + 1];
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < 3; c++) {
        channels[c][i] = (byte) (palette.colors()[i] >> (16 - 8 * c));
      }
    }
    var model = new IndexColorModel(8, n + 1, channels[0], channels[1], channels[2], n);
    var image = new BufferedImage(area.width, area.height, BufferedImage.TYPE_BYTE_INDEXED, model);
    int[] row = new int[area.width];
    for (int y = 0; y < area.height; y++) {
      for (int x = 0; x < area.width; x++) {
        int pixel = cut[y * area.width + x];
        row[x] = pixel == AS_BEFORE ? n : palette.index(pixel);
      }
      image.getRaster().setPixels(0, y, area.width, 1, row);
    }
    return image;
  }

  private void write(BufferedImage image, Palette palette, Area area, long delay)
      throws IOException {
    IIOMetadata metadata =
        writer.getDefaultImageMetadata(
            new ImageTypeSpecifier(image), writer.getDefaultWriteParam());
    IIOMetadataNode root =
        (IIOMetadataNode) metadata.getAsTree(metadata.getNativeMetadataFormatName());
    IIOMetadataNode place = child(root, "ImageDescriptor");
    place.setAttribute("imageLeftPosition", Integer.toString(area.left));
    place.setAttribute("imageTopPosition", Integer.toString(area.top));
    IIOMetadataNode control = child(root, "GraphicControlExtension");
    control.setAttribute("disposalMethod", "doNotDispose");
    control.setAttribute("userInputFlag", "FALSE");
    control.setAttribute("transparentColorFlag", "TRUE");
    control.setAttribute("transparentColorIndex", Integer.toString(palette.colors().length));
    control.setAttribute("delayTime", Long.toString(Math.min(LONGEST_DELAY, delay)));
    if (written == null) {
      IIOMetadataNode loop = new IIOMetadataNode("ApplicationExtension");
      loop.setAttribute("applicationID", "NETSCAPE");
      loop.setAttribute("authenticationCode", "2.0");
      loop.setUserObject(new byte[] {1, 0, 0}); // As often as one looks.
      child(root, "ApplicationExtensions").appendChild(loop);
    }
    set(metadata, root);
    writer.writeToSequence(new IIOImage(image, null, metadata), null);
  }

  private static IIOMetadataNode child(IIOMetadataNode root, String name) {
    for (int i = 0; i < root.getLength(); i++) {
      if (root.item(i).getNodeName().equals(name)) {
        return (IIOMetadataNode) root.item(i);
      }
    }
    IIOMetadataNode made = new IIOMetadataNode(name);
    root.appendChild(made);
    return made;
  }

  private static void set(IIOMetadata metadata, IIOMetadataNode root) {
    try {
      metadata.setFromTree(metadata.getNativeMetadataFormatName(), root);
    } catch (IIOInvalidTreeException e) {
      throw new AssertionError(e); // The tree is the writer's own with valid values.
    }
  }
}
