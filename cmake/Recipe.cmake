# One recipe for every library, program and test of the house.
include_guard()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(HOUNSFIELD_MOLD mold)
if(HOUNSFIELD_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
if(HOUNSFIELD_SANITIZE)
  add_compile_options(-fsanitize=${HOUNSFIELD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${HOUNSFIELD_SANITIZE})
endif()

function(hounsfield_settings target)
  target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wno-unused-parameter)
endfunction()

# hounsfield_library(name SOURCES a.cpp ... [PUBLIC targets] [PRIVATE targets])
function(hounsfield_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(hounsfield_${name} STATIC ${ARG_SOURCES})
  hounsfield_settings(hounsfield_${name})
  target_link_libraries(hounsfield_${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()

# hounsfield_program(name SOURCES main.cpp ... LIBRARIES targets): the executable lies in <build>/bin
function(hounsfield_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  hounsfield_settings(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES})
  target_compile_definitions(${name} PRIVATE HOUNSFIELD_VERSION="${PROJECT_VERSION}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  # Opened at run time, from the same folder.
  if(TARGET hounsfield_sentencepiece)
    add_dependencies(${name} hounsfield_sentencepiece)
  endif()
endfunction()

# hounsfield_test(name SOURCES a.cpp ... LIBRARIES targets [DEPENDS targets] [WINDOWS]): one executable test_<name>, every case a
# ctest; WINDOWS: it opens real windows, in a virtual display
function(hounsfield_test name)
  cmake_parse_arguments(ARG "WINDOWS" "" "SOURCES;LIBRARIES;DEPENDS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  hounsfield_settings(test_${name})
  target_link_libraries(test_${name} PRIVATE hounsfield_test_support ${ARG_LIBRARIES})
  if(ARG_DEPENDS)
    add_dependencies(test_${name} ${ARG_DEPENDS})
  endif()
  if(ARG_WINDOWS)
    set_target_properties(test_${name} PROPERTIES AUTOMOC ON
      CROSSCOMPILING_EMULATOR "env;HOUNSFIELD_VIRTUAL=1;${PROJECT_SOURCE_DIR}/installers/in-display")
  endif()
  # The cases are listed when the tests run, not while building: a build under load does not fail on a slow listing.
  catch_discover_tests(test_${name} TEST_PREFIX "${name}: " DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 900 SKIP_RETURN_CODE 4 ENVIRONMENT "HOUNSFIELD_CACHE=${PROJECT_BINARY_DIR}/test_cache")
endfunction()
