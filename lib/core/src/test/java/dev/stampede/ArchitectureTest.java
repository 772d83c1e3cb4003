package dev.stampede;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Packages where ideas differ; arrows point down only. */
@AnalyzeClasses(packages = "dev.stampede", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule arrows_point_down_only =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("env")
          .definedBy("dev.stampede.env..")
          .layer("nn")
          .definedBy("dev.stampede.nn..")
          .layer("replay")
          .definedBy("dev.stampede.replay..")
          .layer("result")
          .definedBy("dev.stampede.result..")
          .layer("record")
          .definedBy("dev.stampede.record..")
          .layer("report")
          .definedBy("dev.stampede.report..")
          .layer("algorithm")
          .definedBy("dev.stampede.algorithm..")
          .layer("runtime")
          .definedBy("dev.stampede.runtime..")
          .layer("diagnosis")
          .definedBy("dev.stampede.diagnosis..")
          .layer("experiment")
          .definedBy("dev.stampede.experiment..")
          .layer("paper")
          .definedBy("dev.stampede.paper..")
          .layer("cli")
          .definedBy("dev.stampede.cli..")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("paper")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("experiment")
          .mayOnlyBeAccessedByLayers("paper", "cli")
          .whereLayer("diagnosis")
          .mayOnlyBeAccessedByLayers("experiment", "cli")
          .whereLayer("runtime")
          .mayOnlyBeAccessedByLayers("experiment", "paper", "cli")
          .whereLayer("algorithm")
          .mayOnlyBeAccessedByLayers("runtime", "experiment", "paper", "cli")
          .whereLayer("nn")
          .mayOnlyBeAccessedByLayers(
              "algorithm", "runtime", "diagnosis", "experiment", "paper", "cli")
          .whereLayer("replay")
          .mayOnlyBeAccessedByLayers(
              "algorithm", "runtime", "diagnosis", "experiment", "paper", "cli")
          .whereLayer("record")
          .mayOnlyBeAccessedByLayers("experiment", "paper", "cli")
          .whereLayer("report")
          .mayOnlyBeAccessedByLayers("experiment", "paper", "cli")
          .whereLayer("result")
          .mayOnlyBeAccessedByLayers(
              "record", "report", "runtime", "diagnosis", "experiment", "paper", "cli");

  @ArchTest
  static final ArchRule environments_know_no_tensors =
      noClasses()
          .that()
          .resideInAPackage("dev.stampede.env..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

  @ArchTest
  static final ArchRule memories_know_no_tensors =
      noClasses()
          .that()
          .resideInAPackage("dev.stampede.replay..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

  @ArchTest
  static final ArchRule only_nn_differentiates =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.stampede.nn..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("ai.djl.pytorch..", "ai.djl.training..");

  @ArchTest
  static final ArchRule algorithms_own_neither_threads_nor_time =
      noClasses()
          .that()
          .resideInAPackage("dev.stampede.algorithm..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.util.concurrent..", "org.slf4j..", "java.time..");

  @ArchTest
  static final ArchRule an_algorithm_is_immutable =
      classes()
          .that()
          .implement(dev.stampede.algorithm.Algorithm.class)
          .should()
          .haveOnlyFinalFields();
}
