{#- True if the stages have written down anything; DuckDB refuses to read a file that is not there. -#}
{% macro drift_har_maalinger() %}
    {% if not execute %}{{ return(true) }}{% endif %}
    {% set fundet = run_query("select count(*) from glob('" ~ var('maalinger') ~ "')") %}
    {{ return(fundet.columns[0].values()[0] > 0) }}
{% endmacro %}
