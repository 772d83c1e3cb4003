package dev.stampede.record;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/**
 * A GIF as a browser shows it, decoded by the JDK.
 *
 * @param pictures each over the ones before
 * @param delays in s/100
 * @param loops whether it plays again and again
 */
record Gif(List<BufferedImage> pictures, List<Integer> delays, boolean loops) {
  static Gif read(Path file) throws IOException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      reader.setInput(in);
      List<BufferedImage> pictures = new ArrayList<>();
      List<Integer> delays = new ArrayList<>();
      boolean loops = false;
      int n = reader.getNumImages(true);
      for (int i = 0; i < n; i++) {
        IIOMetadata metadata = reader.getImageMetadata(i);
        Element root = (Element) metadata.getAsTree(metadata.getNativeMetadataFormatName());
        Element place = (Element) root.getElementsByTagName("ImageDescriptor").item(0);
        Element control = (Element) root.getElementsByTagName("GraphicControlExtension").item(0);
        loops |= root.getElementsByTagName("ApplicationExtension").getLength() > 0;
        delays.add(Integer.valueOf(control.getAttribute("delayTime")));
        pictures.add(
            over(
                i == 0 ? null : pictures.get(i - 1),
                reader.read(i),
                Integer.parseInt(place.getAttribute("imageLeftPosition")),
                Integer.parseInt(place.getAttribute("imageTopPosition"))));
      }
      return new Gif(pictures, delays, loops);
    } finally {
      reader.dispose();
    }
  }

  private static BufferedImage over(
      @Nullable BufferedImage before, BufferedImage part, int x, int y) {
    BufferedImage whole =
        before == null
            ? new BufferedImage(part.getWidth(), part.getHeight(), BufferedImage.TYPE_INT_ARGB)
            : new BufferedImage(before.getWidth(), before.getHeight(), BufferedImage.TYPE_INT_ARGB);
    Graphics2D graphics = whole.createGraphics();
    if (before != null) {
      graphics.drawImage(before, 0, 0, null);
    }
    graphics.drawImage(part, x, y, null);
    graphics.dispose();
    return whole;
  }

  int hundredths() {
    return delays.stream().mapToInt(Integer::intValue).sum();
  }
}
